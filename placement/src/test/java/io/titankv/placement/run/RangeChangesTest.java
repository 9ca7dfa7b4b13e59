package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.TokenRange;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.Settings;
import io.titankv.proto.admin.v1.ApplyPlanRequest;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.ExplainShardRequest;
import io.titankv.proto.admin.v1.GetClusterRequest;
import io.titankv.proto.admin.v1.PlanGrpc;
import io.titankv.proto.admin.v1.RebalanceShardsRequest;
import io.titankv.proto.admin.v1.SetLimitsRequest;
import io.titankv.proto.admin.v1.SetSchedulersRequest;
import io.titankv.proto.admin.v1.ShardChange;
import io.titankv.proto.admin.v1.SplitShardRequest;
import io.titankv.proto.errors.TitanErrors;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is asked of shards and refused, and what the cluster does with them by itself, on simulated nodes. */
final class RangeChangesTest extends RangeFixture {
    private static final GroupId S2 = new GroupId(2);

    private static void refused(ThrowingCallable call, ErrorReason reason, String cause) {
        assertThatThrownBy(call)
                .satisfies(e -> assertThat(TitanErrors.parse(e)).hasValueSatisfying(error -> {
                    assertThat(error.reason()).isEqualTo(reason);
                    assertThat(error.metadata().getOrDefault(TitanErrors.CAUSE, ""))
                            .isEqualTo(cause);
                }));
    }

    private ClusterGrpc.ClusterBlockingStub clusters() {
        return ClusterGrpc.newBlockingStub(cluster.channelTo("n2"));
    }

    private void switchRangeBalance(boolean on) {
        clusters()
                .setSchedulers(
                        SetSchedulersRequest.newBuilder().setBalanceRanges(on).build());
    }

    private void fill(long bytes) {
        Objects.requireNonNull(cluster.shards.get(S2)).liveBytes = bytes;
    }

    @Test
    void shardsAreEvenedOutWhenAskedFor() {
        startNodes("n1", "n2", "n3");
        switchRangeBalance(false);
        fill(500_000_000);
        run(Duration.ofSeconds(3));

        shards().rebalanceShards(RebalanceShardsRequest.getDefaultInstance());
        assertDone();

        assertThat(share("s2")).isLessThan(0.04);
    }

    @Test
    void shardsAreEvenedOutByThemselvesUnlessThatIsSwitchedOff() {
        startNodes("n1", "n2", "n3");
        switchRangeBalance(false);
        fill(500_000_000);
        run(MINUTE);
        assertThat(cluster.state().journal().operations()).isEmpty();

        switchRangeBalance(true);
        runUntil("it begins", () -> cluster.state().journal().lastOperation() > 0);
        assertThat(last().kind()).isEqualTo(Schedules.RANGE_BALANCE);
        cluster.shards.values().forEach(shard -> shard.liveBytes = 80_000_000);
        assertDone();
        assertThat(share("s2")).isLessThan(0.04);
        run(MINUTE);
        assertThat(cluster.state().journal().lastOperation()).isEqualTo(1);
    }

    @Test
    void operationsAreEvenedOutButNotForABurst() {
        startNodes("n1", "n2", "n3");
        for (int tick = 0; tick < 4 * 10; tick++) {
            serve();
            run(SimCluster.TICK);
        }
        run(Duration.ofMinutes(2));
        assertThat(cluster.state().journal().operations()).isEmpty();

        runUntil("it begins", () -> {
            serve();
            return cluster.state().journal().lastOperation() > 0;
        });
        assertThat(last().kind()).isEqualTo(Schedules.RANGE_BALANCE);
        assertThat(last().reason().why()).contains("s2").contains("operations");
    }

    /** A quarter of a second of requests: s2 gets twice as many as the others. */
    private void serve() {
        cluster.shards.forEach((group, shard) -> shard.operations += group.equals(S2) ? 500 : 250);
    }

    @Test
    void aPersonsChangeGoesBeforeTheBalance() {
        startNodes("n1", "n2", "n3");
        fill(500_000_000);
        cluster.data.completes = false;
        runUntil("a transfer begins", () -> cluster.state().transfers().last() > 0);
        switchRangeBalance(false);

        split("s2");
        cluster.data.completes = true;
        assertDone();
        assertThat(cluster.state().journal().operation(1).orElseThrow().phase()).isEqualTo(Phase.CANCELLED);
        assertThat(share("s7")).isPositive();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        startNodes("n1", "n2", "n3");
        refused(() -> split("s9"), ErrorReason.SHARD_UNKNOWN, "");
        refused(() -> split("nine"), ErrorReason.SHARD_UNKNOWN, "");
        refused(() -> move(TokenRange.WHOLE, "s9"), ErrorReason.SHARD_UNKNOWN, "");
        TokenRange owned = cluster.state().rangesOf(S2).getFirst();
        refused(() -> move(owned, "s2"), ErrorReason.PLAN_REFUSED, "NOTHING_TO_DO");
        refused(
                () -> shards().explainShard(ExplainShardRequest.newBuilder()
                        .setShardId("s9")
                        .build()),
                ErrorReason.SHARD_UNKNOWN,
                "");
        refused(
                () -> shards().rebalanceShards(RebalanceShardsRequest.getDefaultInstance()),
                ErrorReason.PLAN_REFUSED,
                "NOTHING_TO_DO");
        cluster.node("n3").kill();
        cluster.run(Duration.ofSeconds(20));
        refused(() -> split("s2"), ErrorReason.PLAN_REFUSED, "TOO_FEW_NODES");
        cluster.start("n3", false, List.of("n1", "n2", "n3"));
        cluster.run(Duration.ofSeconds(10));

        cluster.data.completes = false;
        split("s2");
        refused(() -> merge("s2"), ErrorReason.PLAN_REFUSED, "CLASH");
        assertThat(split("s3").getOperation().getOperationId()).isEqualTo("op-2");
    }

    @Test
    void theOnlyShardIsNotMerged() {
        cluster.settings = new Settings(1, 3, 1 << 20);
        cluster.startInitial("n1", "n2", "n3");
        cluster.run(Duration.ofSeconds(30));
        refused(() -> merge("s1"), ErrorReason.PLAN_REFUSED, "NONSENSE");
    }

    @Test
    void aStoredPlanIsAppliedOnlyWhileItsShardIsNew() {
        startNodes("n1", "n2", "n3");
        ChangeResponse stored = shards().splitShard(SplitShardRequest.newBuilder()
                .setShardId("s2")
                .setOptions(ChangeOptions.newBuilder().setPlanOnly(true))
                .build());
        assertThat(stored.getPlan().getShardsList())
                .extracting(ShardChange::getShardId)
                .contains("s7");
        split("s3");
        refused(
                () -> PlanGrpc.newBlockingStub(cluster.channelTo("n2"))
                        .applyPlan(
                                ApplyPlanRequest.newBuilder().setPlanId("op-1").build()),
                ErrorReason.PLAN_REFUSED,
                "GROUP_EXISTS");
        assertDone();
    }

    @Test
    void theLimitIsKeptAndReachesTheCopy() {
        startNodes("n1", "n2", "n3");
        assertThat(clusters()
                        .getCluster(GetClusterRequest.getDefaultInstance())
                        .getLimits()
                        .getTransferBytesPerSecond())
                .isEqualTo(32 << 20);
        clusters()
                .setLimits(SetLimitsRequest.newBuilder()
                        .setTransferBytesPerSecond(5_000)
                        .build());
        cluster.data.completes = false;
        split("s2");
        runUntil("a copy begins", () -> cluster.data.any(shard -> shard.owns.attempt != null));
        assertThat(cluster.shards.values())
                .filteredOn(shard -> shard.owns.attempt != null)
                .allSatisfy(shard -> assertThat(
                                Objects.requireNonNull(shard.owns.attempt).order.bytesPerSecondMax())
                        .isEqualTo(5_000));
    }
}

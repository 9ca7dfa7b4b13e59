package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.proto.admin.v1.CancelOperationRequest;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.CreateShardRequest;
import io.titankv.proto.admin.v1.ExplainShardRequest;
import io.titankv.proto.admin.v1.ExplainShardResponse;
import io.titankv.proto.admin.v1.GetRingRequest;
import io.titankv.proto.admin.v1.OperationGrpc;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.StepState;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Shards are made, split, moved and merged, on simulated nodes. */
final class RangeTransferTest extends RangeFixture {
    private static final Offset<Double> NEARLY = Offset.offset(1e-6);

    @Test
    void aShardIsSplit() {
        startNodes("n1", "n2", "n3");
        double before = share("s2");

        ChangeResponse begun = split("s2");
        assertThat(begun.getOperation().getOperationId()).isEqualTo("op-1");
        assertThat(begun.getPlan().getShardsList())
                .filteredOn(shard -> shard.getShardId().equals("s7"))
                .singleElement()
                .satisfies(shard -> {
                    assertThat(shard.getShareBefore()).isZero();
                    assertThat(shard.getShareAfter()).isCloseTo(before / 2, NEARLY);
                });
        assertDone();

        assertThat(share("s2")).isCloseTo(before / 2, NEARLY);
        assertThat(share("s7")).isCloseTo(before / 2, NEARLY);
        assertThat(cluster.state().transfers().last()).isEqualTo(1);
        // A tick for the freeze, one for the rest of the copy, one for the decision.
        assertThat(cluster.data.pausedTicksMax).isBetween(1, 3);
    }

    @Test
    void aNewShardTakesItsShareFromAllOthersInOneTransferEach() {
        startNodes("n1", "n2", "n3");

        ChangeResponse begun = shards().createShard(CreateShardRequest.getDefaultInstance());
        assertThat(begun.getPlan().getKind()).isEqualTo("create");
        assertDone();

        assertThat(share("s7")).isCloseTo(1.0 / 7, NEARLY);
        assertThat(share("s1")).isCloseTo(1.0 / 7, NEARLY);
        assertThat(cluster.state().transfers().last()).isEqualTo(6);
    }

    @Test
    void aMergedShardIsGoneWithItsReplicas() {
        startNodes("n1", "n2", "n3");

        merge("s4");
        assertDone();

        assertThat(cluster.state().groups()).hasSize(5).doesNotContainKey(new GroupId(4));
        assertThat(cluster.shards).hasSize(5);
        assertThat(cluster.node("n2").placement.map().shards()).hasSize(5);
        // The greatest number is merged away too, and not given again.
        merge("s6");
        assertDone();
        split("s1");
        assertDone();
        assertThat(cluster.state().groups()).containsKey(new GroupId(7)).doesNotContainKey(new GroupId(6));
    }

    @Test
    void whatADeadNodeHasOfAGroupThatIsForgottenIsDeletedWhenItComesBack() {
        startNodes("n1", "n2", "n3", "n4");
        merge("s4");
        assertThat(cluster.run(LONG, () -> cluster.isRetired(new GroupId(4)))).isTrue();
        String holder = Objects.requireNonNull(cluster.shards.get(new GroupId(4)))
                .replicas
                .iterator()
                .next()
                .value();
        cluster.node(holder).kill();
        runUntil("it is forgotten", () -> !cluster.state().groups().containsKey(new GroupId(4)));
        assertThat(cluster.shards).containsKey(new GroupId(4));

        cluster.start(holder, holder.equals("n1"), List.of("n1", "n2", "n3", "n4"));
        runUntil("the replica is deleted", () -> !cluster.shards.containsKey(new GroupId(4)));
        assertEveryTokenIsServedOnce();
    }

    @Test
    void aRangeIsMovedAndEverybodySeesHow() {
        startNodes("n1", "n2", "n3");
        TokenRange range = cluster.state().rangesOf(new GroupId(1)).getFirst();
        cluster.data.caughtUpAfter = 40;

        move(range, "s3");
        run(Duration.ofSeconds(5));
        assertThat(ClusterGrpc.newBlockingStub(cluster.channelTo("n2"))
                        .getRing(GetRingRequest.getDefaultInstance())
                        .getMovingList())
                .singleElement()
                .satisfies(moving -> {
                    assertThat(moving.getStart()).isEqualTo(range.startInclusive());
                    assertThat(moving.getToShardId()).isEqualTo("s3");
                    assertThat(moving.getPhase()).isEqualTo("copying");
                    assertThat(moving.getBytesCopied()).isPositive();
                });
        OperationInfo running = operation("op-1");
        assertThat(running.getSteps(0).getState()).isEqualTo(StepState.STEP_STATE_RUNNING);
        assertThat(running.getSteps(0).getToShardId()).isEqualTo("s3");
        assertThat(running.getSteps(0).getArc().getStart()).isEqualTo(range.startInclusive());
        assertThat(running.getBytesPerSecond()).isEqualTo(4_000);
        ExplainShardResponse explained = shards().explainShard(
                        ExplainShardRequest.newBuilder().setShardId("s3").build());
        assertThat(explained.getFactsList()).anyMatch(fact -> fact.startsWith("transfer 1 of op-1 is copying"));
        assertThat(explained.getStepsList()).hasSize(1);
        assertThat(explained.getNextList()).anyMatch(next -> next.startsWith("range balance: "));
        assertDone();

        assertThat(cluster.state().rangesOf(new GroupId(3))).anyMatch(owned -> owned.contains(range));
    }

    @Test
    void aCopyThatNeverGetsWholeIsGivenUpAndTriedAgain() {
        startNodes("n1", "n2", "n3");
        cluster.data.completes = false;

        split("s2");
        runUntil(
                "the step says why it waits",
                () -> operation("op-1").getWaitingOn().contains("was given up"));
        runUntil("it begins anew", () -> cluster.state().transfers().last() >= 2);
        cluster.data.completes = true;
        assertDone();
        assertThat(share("s7")).isPositive();
    }

    @Test
    void aCopyIsGivenUpWhileTheDiskOfAFollowerIsFullAndGoesOnWhenThereIsRoom() {
        startNodes("n1", "n2", "n3");
        TokenRange range = cluster.state().rangesOf(new GroupId(1)).getFirst();
        Objects.requireNonNull(cluster.shards.get(new GroupId(1))).liveBytes = 1L << 30;
        run(Duration.ofSeconds(3));
        cluster.data.caughtUpAfter = 40;
        move(range, "s3");
        runUntil("the copy begins", () -> cluster.data.any(shard -> shard.owns.attempt != null));
        String follower = follower(new GroupId(3));

        cluster.data.freeBytes.put(new NodeId(follower), 1L << 30);
        runUntil("it is given up", () -> operation("op-1").getWaitingOn().startsWith("transfer 1 was given up (node "));
        assertThat(operation("op-1").getWaitingOn()).contains("(node " + follower + " has 1.0 GiB free: ");
        runUntil("it is undone", () -> cluster.state().transfers().underWay().isEmpty());
        run(MINUTE);
        assertThat(cluster.state().transfers().last()).isEqualTo(1);
        assertThat(operation("op-1").getWaitingOn())
                .matches("node " + follower + " has 1\\.0 GiB free: ranges that come to s3 need [0-9.]+ [KM]iB there,"
                        + " and 153\\.6 GiB must stay free");
        assertThat(share("s3")).isEqualTo(1.0 / 6, NEARLY);

        cluster.data.freeBytes.clear();
        assertDone();
        assertThat(cluster.state().rangesOf(new GroupId(3))).anyMatch(owned -> owned.contains(range));
    }

    @Test
    void whatDoesNotFitOnAFollowerIsRefused() {
        startNodes("n1", "n2", "n3");
        Objects.requireNonNull(cluster.shards.get(new GroupId(1))).liveBytes = 1L << 30;
        String follower = follower(new GroupId(3));
        cluster.data.freeBytes.put(new NodeId(follower), 1L << 30);
        run(Duration.ofSeconds(3));
        assertThatThrownBy(() -> merge("s1"))
                .hasMessageContaining("node " + follower + " has 1.0 GiB free: ranges that come to s")
                .hasMessageContaining("153.6 GiB must stay free");
        assertThat(cluster.state().journal().operations()).isEmpty();
    }

    @Test
    void whatIsOnItsWayToANodeCountsForTheNextTransfer() {
        startNodes("n1", "n2", "n3");
        for (int group = 1; group <= 2; group++) {
            Objects.requireNonNull(cluster.shards.get(new GroupId(group))).liveBytes = 1L << 36;
        }
        run(Duration.ofSeconds(3));
        cluster.data.caughtUpAfter = 1_000_000;
        move(cluster.state().rangesOf(new GroupId(1)).getFirst(), "s3");
        runUntil("the first copy begins", () -> cluster.data.any(shard -> shard.owns.attempt != null));
        long bytes = cluster.state().journal().operation(1).orElseThrow().bytes();

        long spare = Math.round(cluster.diskTotal * 0.15);
        cluster.diskFree = spare + bytes / 3 + 1;
        run(Duration.ofSeconds(3));
        TokenRange small = cluster.state().rangesOf(new GroupId(2)).stream()
                .max(Comparator.comparingDouble(TokenRange::share))
                .orElseThrow();
        move(new TokenRange(small.startInclusive(), small.startInclusive() + (1L << 48)), "s4");
        run(MINUTE);
        assertThat(operation("op-2").getWaitingOn()).contains("ranges that come to s4 need");
        assertThat(cluster.state().transfers().last()).isEqualTo(1);

        cluster.data.caughtUpAfter = 3;
        assertDone();
        assertThat(cluster.state().transfers().last()).isEqualTo(2);
    }

    private String follower(GroupId group) {
        NodeId leader = Objects.requireNonNull(cluster.shards.get(group)).leader;
        return cluster.state().membersOf(group).voters().stream()
                .filter(node -> !node.equals(leader))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Test
    void aShardThatCannotBeMadeIsGivenUpWithItsOperation() {
        startNodes("n1", "n2", "n3", "n4");
        split("s2");
        assertThat(cluster.run(LONG, () -> cluster.state().groups().containsKey(new GroupId(7))))
                .isTrue();
        String member =
                cluster.state().membersOf(new GroupId(7)).voters().getLast().value();
        cluster.node(member).kill();
        cluster.run(MINUTE);
        assertThat(operation("op-1").getWaitingOn())
                .startsWith("group s7 is being made, and for ")
                .contains("it has waited for its replica on " + member + " (not heard of for ");

        OperationGrpc.newBlockingStub(
                        cluster.channelTo(cluster.upNodes().iterator().next().id.value()))
                .cancelOperation(CancelOperationRequest.newBuilder()
                        .setOperationId("op-1")
                        .build());
        runUntil("it is retired", () -> cluster.isRetired(new GroupId(7)));
        cluster.start(member, member.equals("n1"), List.of("n1", "n2", "n3", "n4"));
        assertEveryTokenIsServedOnce();
        assertThat(cluster.state().journal().operation(1).orElseThrow().phase()).isEqualTo(Phase.CANCELLED);
    }

    @Test
    void aShardThatTakesPartInATransferIsHealed() {
        startNodes("n1", "n2", "n3", "n4");
        cluster.data.caughtUpAfter = 1_000_000;
        split("s2");
        runUntil("the transfer begins", () -> cluster.state().transfers().last() > 0);
        String dead =
                cluster.state().membersOf(new GroupId(2)).voters().getLast().value();
        cluster.node(dead).kill();
        cluster.run(Duration.ofMinutes(8));

        assertThat(cluster.state().groups().values())
                .allSatisfy(group -> assertThat(group.members()).hasSize(3).doesNotContain(cluster.node(dead).id));
        assertThat(cluster.state().transfers().underWay()).hasSize(1);
        cluster.data.caughtUpAfter = 3;
        runUntil(
                "the split is done",
                () -> !cluster.state()
                        .journal()
                        .operation(1)
                        .orElseThrow()
                        .phase()
                        .isRunning());
        assertEveryTokenIsServedOnce();
    }
}

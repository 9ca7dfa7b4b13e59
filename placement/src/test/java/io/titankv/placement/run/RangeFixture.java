package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.GroupId;
import io.titankv.model.TokenRange;
import io.titankv.placement.run.TransferReport.Side;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.PlacementState;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.GetOperationRequest;
import io.titankv.proto.admin.v1.MergeShardRequest;
import io.titankv.proto.admin.v1.MoveRangeRequest;
import io.titankv.proto.admin.v1.OperationGrpc;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.SplitShardRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/** Ranges that go from shard to shard on simulated nodes, with what must always be true of them. */
class RangeFixture extends ElasticFixture {
    static final Duration LONG = Duration.ofMinutes(3);

    ShardGrpc.ShardBlockingStub shards() {
        return ShardGrpc.newBlockingStub(
                cluster.channelTo(cluster.upNodes().iterator().next().id.value()));
    }

    ChangeResponse split(String shard) {
        return shards().splitShard(
                        SplitShardRequest.newBuilder().setShardId(shard).build());
    }

    ChangeResponse merge(String shard) {
        return shards().mergeShard(
                        MergeShardRequest.newBuilder().setShardId(shard).build());
    }

    ChangeResponse move(TokenRange range, String to) {
        return shards().moveRange(MoveRangeRequest.newBuilder()
                .setStart(range.startInclusive())
                .setEnd(range.endExclusive())
                .setToShardId(to)
                .build());
    }

    /** Lets time pass, tick by tick, until it is so. */
    void runUntil(String what, BooleanSupplier isSo) {
        runUntil(what, LONG, isSo);
    }

    void runUntil(String what, Duration limit, BooleanSupplier isSo) {
        for (int tick = 0; tick < limit.dividedBy(SimCluster.TICK); tick++) {
            if (isSo.getAsBoolean()) {
                return;
            }
            runOnce();
        }
        assertThat(isSo.getAsBoolean())
                .as(what + ": " + cluster.state().transfers())
                .isTrue();
    }

    /** An operation, as a node that is up tells of it. */
    OperationInfo operation(String id) {
        String asked = cluster.upNodes().iterator().next().id.value();
        return OperationGrpc.newBlockingStub(cluster.channelTo(asked))
                .getOperation(
                        GetOperationRequest.newBuilder().setOperationId(id).build());
    }

    /** Lets time pass in which nodes may be down. */
    void pass(Duration time) {
        for (long i = 0; i < time.dividedBy(SimCluster.TICK); i++) {
            runOnce();
        }
    }

    /** A tick in which nodes may be down: what must never be is looked for, majorities are not. */
    void runOnce() {
        cluster.run(SimCluster.TICK);
        assertThat(cluster.data.broken).isEmpty();
    }

    void assertDone() {
        runUntil("the operation ends", () -> !last().phase().isRunning());
        assertThat(last().phase()).as(last().toString()).isEqualTo(Phase.DONE);
        assertEveryTokenIsServedOnce();
    }

    /** Every token is served by one shard, the one that the ring names, and nothing is under way any more. */
    void assertEveryTokenIsServedOnce() {
        runUntil(
                "retired groups are forgotten",
                () -> cluster.shards.keySet().stream().noneMatch(cluster::isRetired)
                        && cluster.shards.size() == cluster.state().groups().size());
        PlacementState state = cluster.state();
        assertThat(state.transfers().underWay()).isEmpty();
        cluster.shards.forEach((group, shard) -> {
            assertThat(shard.owns.transfer).isZero();
            assertThat(shard.owns.side).isEqualTo(Side.NONE);
            assertThat(shard.owns.frozen).isEmpty();
            assertThat(joined(shard.owns.ranges)).as("%s", group).isEqualTo(joined(state.rangesOf(group)));
        });
        for (long token : SimShards.tokens()) {
            assertThat(cluster.data.serving(token)).hasSize(1);
        }
        assertThat(cluster.data.broken).isEmpty();
    }

    private static List<TokenRange> joined(List<TokenRange> ranges) {
        List<TokenRange> joined = new ArrayList<>();
        for (TokenRange range : new TreeSet<>(ranges)) {
            if (!joined.isEmpty() && joined.getLast().endExclusive() == range.startInclusive()) {
                TokenRange before = joined.removeLast();
                joined.add(new TokenRange(before.startInclusive(), range.endExclusive()));
            } else {
                joined.add(range);
            }
        }
        return joined;
    }

    double share(String shard) {
        return cluster.state().rangesOf(GroupId.parse(shard)).stream()
                .mapToDouble(TokenRange::share)
                .sum();
    }
}

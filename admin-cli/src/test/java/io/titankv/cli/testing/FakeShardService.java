package io.titankv.cli.testing;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.ShardMap;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.CreateShardRequest;
import io.titankv.proto.admin.v1.ExplainShardRequest;
import io.titankv.proto.admin.v1.ExplainShardResponse;
import io.titankv.proto.admin.v1.GetShardRequest;
import io.titankv.proto.admin.v1.ListShardsRequest;
import io.titankv.proto.admin.v1.ListShardsResponse;
import io.titankv.proto.admin.v1.LocateKeyRequest;
import io.titankv.proto.admin.v1.LocateKeyResponse;
import io.titankv.proto.admin.v1.MergeShardRequest;
import io.titankv.proto.admin.v1.MoveRangeRequest;
import io.titankv.proto.admin.v1.PlanInfo;
import io.titankv.proto.admin.v1.PlanStep;
import io.titankv.proto.admin.v1.RebalanceShardsRequest;
import io.titankv.proto.admin.v1.RingArc;
import io.titankv.proto.admin.v1.ShardChange;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.proto.admin.v1.SplitShardRequest;
import io.titankv.proto.admin.v1.StepState;
import io.titankv.proto.admin.v1.TransferLeaderRequest;
import io.titankv.proto.errors.TitanErrors;
import java.util.function.Consumer;

/** Four shards. */
final class FakeShardService extends ShardGrpc.ShardImplBase {
    private final FakeCluster cluster;

    FakeShardService(FakeCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public void listShards(ListShardsRequest request, StreamObserver<ListShardsResponse> observer) {
        ListShardsResponse.Builder shards = ListShardsResponse.newBuilder();
        cluster.routes().shards().forEach(entry -> shards.addShards(FakeAdmin.shard(cluster, entry.id())));
        FakeAdmin.give(observer, shards.build());
    }

    @Override
    public void getShard(GetShardRequest request, StreamObserver<ShardInfo> observer) {
        withShard(request.getShardId(), observer, shard -> FakeAdmin.give(observer, shard));
    }

    @Override
    public void locateKey(LocateKeyRequest request, StreamObserver<LocateKeyResponse> observer) {
        Key key = new Key(request.getKey(), request.getRoutingTag());
        ShardMap.RangeEntry range = cluster.routes().rangeOf(key.token());
        FakeAdmin.give(
                observer,
                LocateKeyResponse.newBuilder()
                        .setToken(key.token().bits())
                        .setEpoch(5)
                        .setArc(FakeAdmin.arc(range))
                        .setShard(FakeAdmin.shard(cluster, range.owner()))
                        .build());
    }

    @Override
    public void explainShard(ExplainShardRequest request, StreamObserver<ExplainShardResponse> observer) {
        cluster.asked(request);
        withShard(
                request.getShardId(),
                observer,
                shard -> FakeAdmin.give(
                        observer,
                        ExplainShardResponse.newBuilder()
                                .setShard(shard.toBuilder().setOperationId("op-7"))
                                .addFacts("owns 25.0% of the ring; the mean is 25.0%")
                                .addSteps(range(shard.getShardId(), "s5")
                                        .setState(StepState.STEP_STATE_WAITING)
                                        .setWaitingOn("s5 has no leader yet"))
                                .addNext("balance of ranges: off")
                                .build()));
    }

    @Override
    public void createShard(CreateShardRequest request, StreamObserver<ChangeResponse> observer) {
        cluster.asked(request);
        PlanInfo.Builder plan = PlanInfo.newBuilder()
                .setKind("create")
                .addSteps(PlanStep.newBuilder().setKind("create shard").setShardId("s5"));
        for (int i = 1; i <= FakeCluster.SHARDS; i++) {
            plan.addSteps(range("s" + i, "s5")).addShards(change("s" + i, 0.25, 0.2));
        }
        cluster.changes().shared(plan.addShards(change("s5", 0, 0.2)), request.getOptions(), observer);
    }

    @Override
    public void splitShard(SplitShardRequest request, StreamObserver<ChangeResponse> observer) {
        cluster.asked(request);
        String id = request.getShardId();
        withShard(
                id,
                observer,
                shard -> cluster.changes()
                        .shared(
                                PlanInfo.newBuilder()
                                        .setKind("split")
                                        .addSteps(PlanStep.newBuilder()
                                                .setKind("create shard")
                                                .setShardId("s5"))
                                        .addSteps(range(id, "s5"))
                                        .addShards(change(id, 0.25, 0.125))
                                        .addShards(change("s5", 0, 0.125)),
                                request.getOptions(),
                                observer));
    }

    @Override
    public void moveRange(MoveRangeRequest request, StreamObserver<ChangeResponse> observer) {
        cluster.asked(request);
        String to = request.getToShardId();
        RingArc arc = RingArc.newBuilder()
                .setStart(request.getStart())
                .setEnd(request.getEnd())
                .setShardId("s1")
                .build();
        withShard(
                to,
                observer,
                shard -> cluster.changes()
                        .shared(
                                PlanInfo.newBuilder()
                                        .setKind("move")
                                        .addSteps(range("s1", to).setArc(arc))
                                        .addShards(change("s1", 0.25, 0.2))
                                        .addShards(change(to, 0.25, 0.3)),
                                request.getOptions(),
                                observer));
    }

    @Override
    public void mergeShard(MergeShardRequest request, StreamObserver<ChangeResponse> observer) {
        cluster.asked(request);
        String id = request.getShardId();
        if (id.equals("s4")) {
            observer.onError(TitanErrors.toException(
                    ErrorReason.PLAN_REFUSED, "shard s4 cannot be merged: s4 has 1 of 3 voters, a transfer needs 2"));
            return;
        }
        withShard(
                id,
                observer,
                shard -> cluster.changes()
                        .shared(
                                PlanInfo.newBuilder()
                                        .setKind("merge")
                                        .addSteps(range(id, "s4"))
                                        .addSteps(PlanStep.newBuilder()
                                                .setKind("retire shard")
                                                .setShardId(id))
                                        .addShards(change(id, 0.25, 0))
                                        .addShards(change("s4", 0.25, 0.5)),
                                request.getOptions(),
                                observer));
    }

    @Override
    public void rebalanceShards(RebalanceShardsRequest request, StreamObserver<ChangeResponse> observer) {
        cluster.asked(request);
        cluster.changes()
                .shared(
                        PlanInfo.newBuilder()
                                .setKind("rebalance")
                                .addSteps(range("s1", "s2"))
                                .addShards(change("s1", 0.25, 0.2))
                                .addShards(change("s2", 0.25, 0.3)),
                        request.getOptions(),
                        observer);
    }

    @Override
    public void transferLeader(TransferLeaderRequest request, StreamObserver<ChangeResponse> observer) {
        cluster.asked(request);
        String id = request.getShardId();
        String to = request.getToNodeId();
        PlanInfo.Builder plan = PlanInfo.newBuilder().setKind("leader transfer");
        withShard(id, observer, shard -> {
            if (shard.getLeaderNodeId().equals(to)) {
                plan.setReason(id + " is led by " + to + " already");
                FakeAdmin.give(
                        observer, ChangeResponse.newBuilder().setPlan(plan).build());
                return;
            }
            PlanStep.Builder step = PlanStep.newBuilder()
                    .setKind("move leader")
                    .setShardId(id)
                    .setFromNodeId(shard.getLeaderNodeId())
                    .setToNodeId(to);
            cluster.changes().shared(plan.addSteps(step), request.getOptions(), observer);
        });
    }

    private <T> void withShard(String id, StreamObserver<T> observer, Consumer<ShardInfo> then) {
        ShardInfo shard;
        try {
            shard = FakeAdmin.shard(cluster, GroupId.parse(id));
        } catch (StatusRuntimeException e) {
            observer.onError(e);
            return;
        }
        then.accept(shard);
    }

    private static PlanStep.Builder range(String from, String to) {
        return PlanStep.newBuilder()
                .setKind("move range")
                .setShardId(from)
                .setToShardId(to)
                .setBytes(1 << 20)
                .setArc(RingArc.newBuilder().setEnd(1L << 60).setShardId(from));
    }

    private static ShardChange change(String id, double before, double after) {
        return ShardChange.newBuilder()
                .setShardId(id)
                .setShareBefore(before)
                .setShareAfter(after)
                .setArcsBefore(before > 0 ? 4 : 0)
                .setArcsAfter(after > 0 ? 4 : 0)
                .setBytesBefore((long) (before * (16 << 20)))
                .setBytesAfter((long) (after * (16 << 20)))
                .build();
    }
}

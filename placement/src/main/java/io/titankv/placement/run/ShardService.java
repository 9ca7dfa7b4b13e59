package io.titankv.placement.run;

import io.grpc.stub.StreamObserver;
import io.titankv.model.ErrorReason;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.ShardMap;
import io.titankv.model.Token;
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
import io.titankv.proto.admin.v1.RebalanceShardsRequest;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.proto.admin.v1.SplitShardRequest;
import io.titankv.proto.admin.v1.TransferLeaderRequest;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.internal.v1.ClusterView;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Shards, as this node knows them; what changes or explains them is the placement leader's to answer. Thread-safe. */
final class ShardService extends ShardGrpc.ShardImplBase {
    private final Supplier<ClusterView> view;
    private final Supplier<ShardMap> map;
    private final LeaderCalls leader;

    ShardService(Supplier<ClusterView> view, Supplier<ShardMap> map, LeaderCalls leader) {
        this.view = view;
        this.map = map;
        this.leader = leader;
    }

    @Override
    public void listShards(ListShardsRequest request, StreamObserver<ListShardsResponse> answer) {
        AdminServices.answer(
                answer,
                () -> ListShardsResponse.newBuilder()
                        .addAllShards(view.get().getShardsList())
                        .build());
    }

    @Override
    public void getShard(GetShardRequest request, StreamObserver<ShardInfo> answer) {
        AdminServices.answer(answer, () -> shard(view.get(), request.getShardId()));
    }

    @Override
    public void locateKey(LocateKeyRequest request, StreamObserver<LocateKeyResponse> answer) {
        AdminServices.answer(answer, () -> locate(request));
    }

    @Override
    public void explainShard(ExplainShardRequest request, StreamObserver<ExplainShardResponse> answer) {
        leader.answer(
                ShardGrpc.getExplainShardMethod(),
                request,
                answer,
                session -> CompletableFuture.completedFuture(
                        new ShardExplanation(session, ShardChanges.group(request.getShardId())).explain()));
    }

    @Override
    public void createShard(CreateShardRequest request, StreamObserver<ChangeResponse> answer) {
        leader.answer(
                ShardGrpc.getCreateShardMethod(),
                request,
                answer,
                session -> new ShardChanges(session).create(request.getOptions()));
    }

    @Override
    public void splitShard(SplitShardRequest request, StreamObserver<ChangeResponse> answer) {
        leader.answer(
                ShardGrpc.getSplitShardMethod(),
                request,
                answer,
                session -> new ShardChanges(session).split(request.getShardId(), request.getOptions()));
    }

    @Override
    public void moveRange(MoveRangeRequest request, StreamObserver<ChangeResponse> answer) {
        leader.answer(
                ShardGrpc.getMoveRangeMethod(), request, answer, session -> new ShardChanges(session).move(request));
    }

    @Override
    public void mergeShard(MergeShardRequest request, StreamObserver<ChangeResponse> answer) {
        leader.answer(
                ShardGrpc.getMergeShardMethod(),
                request,
                answer,
                session -> new ShardChanges(session).merge(request.getShardId(), request.getOptions()));
    }

    @Override
    public void rebalanceShards(RebalanceShardsRequest request, StreamObserver<ChangeResponse> answer) {
        leader.answer(
                ShardGrpc.getRebalanceShardsMethod(),
                request,
                answer,
                session -> new ShardChanges(session).rebalance(request.getOptions()));
    }

    @Override
    public void transferLeader(TransferLeaderRequest request, StreamObserver<ChangeResponse> answer) {
        leader.answer(
                ShardGrpc.getTransferLeaderMethod(),
                request,
                answer,
                session -> new ShardChanges(session).transferLeader(request));
    }

    private static ShardInfo shard(ClusterView view, String id) {
        return view.getShardsList().stream()
                .filter(shard -> shard.getShardId().equals(id))
                .findFirst()
                .orElseThrow(() -> TitanErrors.toException(ErrorReason.SHARD_UNKNOWN, "there is no shard " + id));
    }

    private LocateKeyResponse locate(LocateKeyRequest request) {
        if (request.getKey().isEmpty() && request.getRoutingTag().isEmpty()) {
            throw TitanErrors.toException(ErrorReason.KEY_EMPTY, "a key must not be empty");
        }
        int longest = Math.max(request.getKey().size(), request.getRoutingTag().size());
        if (longest > Limits.KEY_BYTES_MAX) {
            throw TitanErrors.toException(
                    ErrorReason.KEY_TOO_LARGE,
                    "key or routing tag has " + longest + " bytes, at most " + Limits.KEY_BYTES_MAX + " are allowed");
        }
        ShardMap routes = map.get();
        Token token = new Key(request.getKey(), request.getRoutingTag()).token();
        ShardMap.RangeEntry entry = routes.rangeOf(token);
        return LocateKeyResponse.newBuilder()
                .setToken(token.bits())
                .setEpoch(routes.epoch().value())
                .setArc(RingViews.arc(entry.range(), entry.owner()))
                .setShard(shard(view.get(), entry.owner().toString()))
                .build();
    }
}

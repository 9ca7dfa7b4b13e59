package io.titankv.placement.run;

import com.google.protobuf.Duration;
import io.grpc.BindableService;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.titankv.model.ErrorReason;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.ShardMap;
import io.titankv.model.Token;
import io.titankv.placement.state.Journal;
import io.titankv.placement.state.Wishes;
import io.titankv.placement.state.WishesForm;
import io.titankv.proto.admin.v1.CheckHealthRequest;
import io.titankv.proto.admin.v1.CheckHealthResponse;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.GetClusterRequest;
import io.titankv.proto.admin.v1.GetClusterResponse;
import io.titankv.proto.admin.v1.GetRingRequest;
import io.titankv.proto.admin.v1.GetRingResponse;
import io.titankv.proto.admin.v1.GetShardRequest;
import io.titankv.proto.admin.v1.ListEventsRequest;
import io.titankv.proto.admin.v1.ListEventsResponse;
import io.titankv.proto.admin.v1.ListShardsRequest;
import io.titankv.proto.admin.v1.ListShardsResponse;
import io.titankv.proto.admin.v1.LocateKeyRequest;
import io.titankv.proto.admin.v1.LocateKeyResponse;
import io.titankv.proto.admin.v1.NodeState;
import io.titankv.proto.admin.v1.RingArc;
import io.titankv.proto.admin.v1.Schedulers;
import io.titankv.proto.admin.v1.SetSchedulersRequest;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.proto.admin.v1.ShardShare;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.internal.v1.ClusterView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What operators ask, answered from what this node knows. Thread-safe. */
final class AdminServices {
    private static final int EVENTS_DEFAULT = 100;

    private final KnownCluster known;
    private final String serverVersion;
    private final LeaderCalls leader;

    AdminServices(KnownCluster known, String serverVersion, LeaderCalls leader) {
        this.known = known;
        this.serverVersion = serverVersion;
        this.leader = leader;
    }

    List<BindableService> all() {
        List<BindableService> all = new ArrayList<>(new OperationServices(leader).all());
        all.add(LeaderCalls.receiving(new ClusterService()));
        all.add(LeaderCalls.receiving(new NodeService(this::view, leader)));
        all.add(new ShardService());
        return List.copyOf(all);
    }

    private final class ClusterService extends ClusterGrpc.ClusterImplBase {
        @Override
        public void getCluster(GetClusterRequest request, StreamObserver<GetClusterResponse> answer) {
            answer(answer, () -> cluster(view()));
        }

        @Override
        public void checkHealth(CheckHealthRequest request, StreamObserver<CheckHealthResponse> answer) {
            answer(answer, () -> HealthChecks.check(known.view(), known.map(), known.silence()));
        }

        @Override
        public void getRing(GetRingRequest request, StreamObserver<GetRingResponse> answer) {
            answer(answer, () -> ring(view(), map()));
        }

        @Override
        public void listEvents(ListEventsRequest request, StreamObserver<ListEventsResponse> answer) {
            int limit = request.getLimit() == 0 ? EVENTS_DEFAULT : request.getLimit();
            leader.answer(
                    ClusterGrpc.getListEventsMethod(),
                    request,
                    answer,
                    session -> CompletableFuture.completedFuture(ListEventsResponse.newBuilder()
                            .addAllEvents(OperationViews.events(
                                    session.state(), request.getAfterNumber(), limit < 0 ? Journal.EVENTS_MAX : limit))
                            .build()));
        }

        @Override
        public void setSchedulers(SetSchedulersRequest request, StreamObserver<Schedulers> answer) {
            leader.answer(ClusterGrpc.getSetSchedulersMethod(), request, answer, session -> {
                Wishes.Schedulers before = session.state().wishes().schedulers();
                Wishes.Schedulers wanted = new Wishes.Schedulers(
                        request.hasHeal() ? request.getHeal() : before.heal(),
                        request.hasBalanceReplicas() ? request.getBalanceReplicas() : before.balanceReplicas(),
                        request.hasBalanceLeaders() ? request.getBalanceLeaders() : before.balanceLeaders());
                return OperationServices.propose(
                                session,
                                WishesForm.setSchedulers(session.state().clusterId(), wanted))
                        .thenApply(done -> ClusterViews.schedulers(wanted));
            });
        }
    }

    private final class ShardService extends ShardGrpc.ShardImplBase {
        @Override
        public void listShards(ListShardsRequest request, StreamObserver<ListShardsResponse> answer) {
            answer(
                    answer,
                    () -> ListShardsResponse.newBuilder()
                            .addAllShards(view().getShardsList())
                            .build());
        }

        @Override
        public void getShard(GetShardRequest request, StreamObserver<ShardInfo> answer) {
            answer(answer, () -> shard(view(), request.getShardId()));
        }

        @Override
        public void locateKey(LocateKeyRequest request, StreamObserver<LocateKeyResponse> answer) {
            answer(answer, () -> locate(request));
        }
    }

    private GetClusterResponse cluster(ClusterView view) {
        GetClusterResponse.Builder cluster = GetClusterResponse.newBuilder()
                .setClusterId(view.getClusterId())
                .setEpoch(view.getEpoch())
                .setNodesUp((int) view.getNodesList().stream()
                        .filter(node -> node.getState() == NodeState.NODE_STATE_UP)
                        .count())
                .setNodesTotal(view.getNodesCount())
                .setShardsWithLeader((int) view.getShardsList().stream()
                        .filter(shard -> !shard.getLeaderNodeId().isEmpty())
                        .count())
                .setShardsTotal(view.getShardsCount())
                .setReplicasPerShard(view.getSettings().getReplicas())
                .setPlacementLeaderNodeId(view.getPlacementLeaderNodeId())
                .setValueBytesMax(view.getSettings().getValueBytesMax())
                .setServerVersion(serverVersion)
                .setSchedulers(view.getSchedulers())
                .setOperationsRunning(view.getOperationsRunning());
        view.getShardsList()
                .forEach(shard -> cluster.setKeys(cluster.getKeys() + shard.getKeys())
                        .setLiveBytes(cluster.getLiveBytes() + shard.getLiveBytes())
                        .setDeadBytes(cluster.getDeadBytes() + shard.getDeadBytes()));
        // Not heard at all in this process: as old as what was kept.
        java.time.Duration silence = known.silence().orElse(HealthChecks.SILENCE_MAX.plusSeconds(1));
        if (silence.compareTo(HealthChecks.SILENCE_MAX) > 0) {
            cluster.setStaleFor(
                    Duration.newBuilder().setSeconds(silence.getSeconds()).setNanos(silence.getNano()));
        }
        return cluster.build();
    }

    private static GetRingResponse ring(ClusterView view, ShardMap map) {
        GetRingResponse.Builder ring =
                GetRingResponse.newBuilder().setEpoch(map.epoch().value());
        map.ranges().forEach(entry -> ring.addArcs(arc(entry)));
        view.getShardsList()
                .forEach(shard -> ring.addShards(ShardShare.newBuilder()
                        .setShardId(shard.getShardId())
                        .setLeaderNodeId(shard.getLeaderNodeId())
                        .setShare(shard.getShare())
                        .setArcs(shard.getRanges())
                        .setKeys(shard.getKeys())
                        .setLiveBytes(shard.getLiveBytes())));
        return ring.build();
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
        ShardMap map = map();
        Token token = new Key(request.getKey(), request.getRoutingTag()).token();
        ShardMap.RangeEntry entry = map.rangeOf(token);
        return LocateKeyResponse.newBuilder()
                .setToken(token.bits())
                .setEpoch(map.epoch().value())
                .setArc(arc(entry))
                .setShard(shard(view(), entry.owner().toString()))
                .build();
    }

    private static RingArc arc(ShardMap.RangeEntry entry) {
        return RingArc.newBuilder()
                .setStart(entry.range().startInclusive())
                .setEnd(entry.range().endExclusive())
                .setShardId(entry.owner().toString())
                .build();
    }

    private ClusterView view() {
        return known.view()
                .orElseThrow(() ->
                        TitanErrors.toException(ErrorReason.NOT_READY, "this node does not know the cluster yet"));
    }

    private ShardMap map() {
        ShardMap map = known.map();
        if (map.isEmpty()) {
            throw TitanErrors.toException(ErrorReason.NOT_READY, "the cluster has no ring yet");
        }
        return map;
    }

    static <T> void answer(StreamObserver<T> observer, Supplier<T> result) {
        T value;
        try {
            value = result.get();
        } catch (StatusRuntimeException e) {
            observer.onError(e);
            return;
        }
        observer.onNext(value);
        observer.onCompleted();
    }
}

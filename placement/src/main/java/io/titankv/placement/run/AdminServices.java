package io.titankv.placement.run;

import com.google.protobuf.Duration;
import io.grpc.BindableService;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.titankv.model.ErrorReason;
import io.titankv.model.ShardMap;
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
import io.titankv.proto.admin.v1.Limits;
import io.titankv.proto.admin.v1.ListEventsRequest;
import io.titankv.proto.admin.v1.ListEventsResponse;
import io.titankv.proto.admin.v1.NodeState;
import io.titankv.proto.admin.v1.Schedulers;
import io.titankv.proto.admin.v1.SetLimitsRequest;
import io.titankv.proto.admin.v1.SetSchedulersRequest;
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
        all.add(LeaderCalls.receiving(new ShardService(this::view, this::map, leader)));
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
                        request.hasBalanceLeaders() ? request.getBalanceLeaders() : before.balanceLeaders(),
                        request.hasBalanceRanges() ? request.getBalanceRanges() : before.balanceRanges());
                return OperationServices.propose(
                                session,
                                WishesForm.setSchedulers(session.state().clusterId(), wanted))
                        .thenApply(done -> ClusterViews.schedulers(wanted));
            });
        }

        @Override
        public void setLimits(SetLimitsRequest request, StreamObserver<Limits> answer) {
            leader.answer(ClusterGrpc.getSetLimitsMethod(), request, answer, session -> {
                if (!request.hasTransferBytesPerSecond()) {
                    return CompletableFuture.completedFuture(
                            ClusterViews.limits(session.state().wishes()));
                }
                return OperationServices.propose(
                                session,
                                WishesForm.setLimits(session.state().clusterId(), request.getTransferBytesPerSecond()))
                        .thenApply(done -> ClusterViews.limits(session.state().wishes()));
            });
        }
    }

    private GetClusterResponse cluster(ClusterView view) {
        GetClusterResponse.Builder cluster = GetClusterResponse.newBuilder()
                .setClusterId(view.getClusterId())
                .setEpoch(view.getEpoch())
                .setNodesUp((int) view.getNodesList().stream()
                        .filter(node -> node.getState() == NodeState.NODE_STATE_UP)
                        .count())
                .setNodesTotal((int) view.getNodesList().stream()
                        .filter(HealthChecks::belongs)
                        .count())
                .setShardsWithLeader((int) view.getShardsList().stream()
                        .filter(shard -> !shard.getLeaderNodeId().isEmpty())
                        .count())
                .setShardsTotal(view.getShardsCount())
                .setReplicasPerShard(view.getSettings().getReplicas())
                .setPlacementLeaderNodeId(view.getPlacementLeaderNodeId())
                .setValueBytesMax(view.getSettings().getValueBytesMax())
                .setServerVersion(serverVersion)
                .setSchedulers(view.getSchedulers())
                .setOperationsRunning(view.getOperationsRunning())
                .setLimits(view.getLimits());
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
        map.ranges().forEach(entry -> ring.addArcs(RingViews.arc(entry.range(), entry.owner())));
        view.getShardsList()
                .forEach(shard -> ring.addShards(ShardShare.newBuilder()
                        .setShardId(shard.getShardId())
                        .setLeaderNodeId(shard.getLeaderNodeId())
                        .setShare(shard.getShare())
                        .setArcs(shard.getRanges())
                        .setKeys(shard.getKeys())
                        .setLiveBytes(shard.getLiveBytes())));
        return ring.addAllMoving(view.getMovingList()).build();
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

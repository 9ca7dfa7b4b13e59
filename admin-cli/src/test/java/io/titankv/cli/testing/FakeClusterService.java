package io.titankv.cli.testing;

import io.grpc.stub.StreamObserver;
import io.titankv.proto.admin.v1.CheckHealthRequest;
import io.titankv.proto.admin.v1.CheckHealthResponse;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.EventInfo;
import io.titankv.proto.admin.v1.GetClusterRequest;
import io.titankv.proto.admin.v1.GetClusterResponse;
import io.titankv.proto.admin.v1.GetRingRequest;
import io.titankv.proto.admin.v1.GetRingResponse;
import io.titankv.proto.admin.v1.HealthCheck;
import io.titankv.proto.admin.v1.Limits;
import io.titankv.proto.admin.v1.ListEventsRequest;
import io.titankv.proto.admin.v1.ListEventsResponse;
import io.titankv.proto.admin.v1.Schedulers;
import io.titankv.proto.admin.v1.SetLimitsRequest;
import io.titankv.proto.admin.v1.SetSchedulersRequest;
import io.titankv.proto.admin.v1.ShardShare;
import io.titankv.proto.admin.v1.Verdict;

/** Status, health and ring. */
final class FakeClusterService extends ClusterGrpc.ClusterImplBase {
    private final FakeCluster cluster;

    private Schedulers schedulers = Schedulers.newBuilder()
            .setHeal(true)
            .setBalanceReplicas(true)
            .setBalanceLeaders(true)
            .setBalanceRanges(true)
            .build();

    private Limits limits =
            Limits.newBuilder().setTransferBytesPerSecond(32 << 20).build();

    FakeClusterService(FakeCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public synchronized void setSchedulers(SetSchedulersRequest request, StreamObserver<Schedulers> observer) {
        cluster.asked(request);
        Schedulers.Builder changed = schedulers.toBuilder();
        if (request.hasHeal()) {
            changed.setHeal(request.getHeal());
        }
        if (request.hasBalanceReplicas()) {
            changed.setBalanceReplicas(request.getBalanceReplicas());
        }
        if (request.hasBalanceLeaders()) {
            changed.setBalanceLeaders(request.getBalanceLeaders());
        }
        if (request.hasBalanceRanges()) {
            changed.setBalanceRanges(request.getBalanceRanges());
        }
        schedulers = changed.build();
        FakeAdmin.give(observer, schedulers);
    }

    @Override
    public synchronized void setLimits(SetLimitsRequest request, StreamObserver<Limits> observer) {
        cluster.asked(request);
        if (request.hasTransferBytesPerSecond()) {
            limits = Limits.newBuilder()
                    .setTransferBytesPerSecond(request.getTransferBytesPerSecond())
                    .build();
        }
        FakeAdmin.give(observer, limits);
    }

    @Override
    public void listEvents(ListEventsRequest request, StreamObserver<ListEventsResponse> observer) {
        FakeAdmin.give(
                observer,
                ListEventsResponse.newBuilder()
                        .addEvents(EventInfo.newBuilder()
                                .setNumber(1)
                                .setKind("node registered")
                                .setText("node n1 registered"))
                        .build());
    }

    @Override
    public synchronized void getCluster(GetClusterRequest request, StreamObserver<GetClusterResponse> observer) {
        if (cluster.isSilent) {
            return;
        }
        GetClusterResponse.Builder answer = GetClusterResponse.newBuilder();
        if (!cluster.isOld) {
            answer.setSchedulers(schedulers).setLimits(limits);
        }
        FakeAdmin.give(
                observer,
                answer.setClusterId("fake")
                        .setEpoch(5)
                        .setNodesUp(cluster.isDegraded ? 2 : 3)
                        .setNodesTotal(3)
                        .setShardsWithLeader(FakeCluster.SHARDS)
                        .setShardsTotal(FakeCluster.SHARDS)
                        .setReplicasPerShard(3)
                        .setPlacementLeaderNodeId("n2")
                        .setKeys(cluster.size())
                        .setLiveBytes(3 << 20)
                        .setDeadBytes(512)
                        .setServerVersion(FakeAdmin.VERSION)
                        .setValueBytesMax(1 << 20)
                        .build());
    }

    @Override
    public void checkHealth(CheckHealthRequest request, StreamObserver<CheckHealthResponse> observer) {
        Verdict verdict = cluster.isDegraded ? Verdict.VERDICT_DEGRADED : Verdict.VERDICT_OK;
        FakeAdmin.give(
                observer,
                CheckHealthResponse.newBuilder()
                        .setVerdict(verdict)
                        .addChecks(HealthCheck.newBuilder()
                                .setName("leaders")
                                .setVerdict(Verdict.VERDICT_OK)
                                .setDetail("4 of 4 shards have a leader"))
                        .addChecks(HealthCheck.newBuilder()
                                .setName("replicas")
                                .setVerdict(verdict)
                                .setDetail(cluster.isDegraded ? "4 replicas are down" : "12 of 12 serve"))
                        .build());
    }

    @Override
    public void getRing(GetRingRequest request, StreamObserver<GetRingResponse> observer) {
        GetRingResponse.Builder ring = GetRingResponse.newBuilder().setEpoch(5);
        cluster.routes().ranges().forEach(entry -> ring.addArcs(FakeAdmin.arc(entry)));
        cluster.routes()
                .shards()
                .forEach(entry -> ring.addShards(ShardShare.newBuilder()
                        .setShardId(entry.id().toString())
                        .setLeaderNodeId(entry.leader().orElseThrow().value())
                        .setShare(0.25)
                        .setArcs(4)
                        .setKeys(cluster.size() / 4)
                        .setLiveBytes(1 << 20)
                        .setOperationsPerSecond(100)));
        FakeAdmin.give(observer, ring.addAllMoving(cluster.moving).build());
    }
}

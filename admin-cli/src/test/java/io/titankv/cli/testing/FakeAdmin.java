package io.titankv.cli.testing;

import com.google.protobuf.Timestamp;
import io.grpc.stub.StreamObserver;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.ShardMap;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.CheckHealthRequest;
import io.titankv.proto.admin.v1.CheckHealthResponse;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.DecommissionNodeRequest;
import io.titankv.proto.admin.v1.DrainNodeRequest;
import io.titankv.proto.admin.v1.EventInfo;
import io.titankv.proto.admin.v1.GetClusterRequest;
import io.titankv.proto.admin.v1.GetClusterResponse;
import io.titankv.proto.admin.v1.GetNodeRequest;
import io.titankv.proto.admin.v1.GetRingRequest;
import io.titankv.proto.admin.v1.GetRingResponse;
import io.titankv.proto.admin.v1.GetShardRequest;
import io.titankv.proto.admin.v1.HealthCheck;
import io.titankv.proto.admin.v1.LabelNodeRequest;
import io.titankv.proto.admin.v1.ListEventsRequest;
import io.titankv.proto.admin.v1.ListEventsResponse;
import io.titankv.proto.admin.v1.ListNodesRequest;
import io.titankv.proto.admin.v1.ListNodesResponse;
import io.titankv.proto.admin.v1.ListShardsRequest;
import io.titankv.proto.admin.v1.ListShardsResponse;
import io.titankv.proto.admin.v1.LocateKeyRequest;
import io.titankv.proto.admin.v1.LocateKeyResponse;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.NodeInfo;
import io.titankv.proto.admin.v1.NodeState;
import io.titankv.proto.admin.v1.RecommissionNodeRequest;
import io.titankv.proto.admin.v1.ReplaceNodeRequest;
import io.titankv.proto.admin.v1.RingArc;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.proto.admin.v1.ShardShare;
import io.titankv.proto.admin.v1.Verdict;
import io.titankv.proto.errors.TitanErrors;

/** The admin services of a {@link FakeCluster}. */
final class FakeAdmin {
    private static final String VERSION = "9.8.7";

    private FakeAdmin() {}

    private static <T> void give(StreamObserver<T> observer, T answer) {
        observer.onNext(answer);
        observer.onCompleted();
    }

    private static RingArc arc(ShardMap.RangeEntry entry) {
        return RingArc.newBuilder()
                .setStart(entry.range().startInclusive())
                .setEnd(entry.range().endExclusive())
                .setShardId(entry.owner().toString())
                .build();
    }

    private static ShardInfo shard(FakeCluster cluster, GroupId id) {
        ShardMap.ShardEntry entry = cluster.routes()
                .shard(id)
                .orElseThrow(() -> TitanErrors.toException(ErrorReason.SHARD_UNKNOWN, "there is no shard " + id));
        String leader = entry.leader().orElseThrow().value();
        ShardInfo.Builder shard = ShardInfo.newBuilder()
                .setShardId(id.toString())
                .setRaftGroup(id.uuid().toString())
                .setLeaderNodeId(leader)
                .setTerm(3)
                .setCommitIndex(1234)
                .setRanges(4)
                .setShare(0.25)
                .setKeys(cluster.size() / 4)
                .setLiveBytes(5 << 20)
                .setDeadBytes(1 << 10);
        entry.replicas().forEach(node -> {
            boolean isDown = cluster.isDegraded && node.value().equals("n3");
            shard.addReplicas(ShardInfo.Replica.newBuilder()
                    .setNodeId(node.value())
                    .setRole(isDown ? "down" : node.value().equals(leader) ? "leader" : "follower")
                    .setAppliedIndex(isDown ? 1000 : 1234)
                    .setLag(isDown ? 234 : 0)
                    .setFault(isDown ? "not heard from for 12 s" : ""));
        });
        return shard.build();
    }

    /** Status, health and ring. */
    static final class FakeClusterService extends ClusterGrpc.ClusterImplBase {
        private final FakeCluster cluster;

        FakeClusterService(FakeCluster cluster) {
            this.cluster = cluster;
        }

        @Override
        public void listEvents(ListEventsRequest request, StreamObserver<ListEventsResponse> observer) {
            give(
                    observer,
                    ListEventsResponse.newBuilder()
                            .addEvents(EventInfo.newBuilder()
                                    .setNumber(1)
                                    .setKind("node registered")
                                    .setText("node n1 registered"))
                            .build());
        }

        @Override
        public void getCluster(GetClusterRequest request, StreamObserver<GetClusterResponse> observer) {
            if (cluster.isSilent) {
                return;
            }
            give(
                    observer,
                    GetClusterResponse.newBuilder()
                            .setClusterId("fake")
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
                            .setServerVersion(VERSION)
                            .setValueBytesMax(1 << 20)
                            .build());
        }

        @Override
        public void checkHealth(CheckHealthRequest request, StreamObserver<CheckHealthResponse> observer) {
            Verdict verdict = cluster.isDegraded ? Verdict.VERDICT_DEGRADED : Verdict.VERDICT_OK;
            give(
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
            cluster.routes().ranges().forEach(entry -> ring.addArcs(arc(entry)));
            cluster.routes()
                    .shards()
                    .forEach(entry -> ring.addShards(ShardShare.newBuilder()
                            .setShardId(entry.id().toString())
                            .setLeaderNodeId(entry.leader().orElseThrow().value())
                            .setShare(0.25)
                            .setArcs(4)
                            .setKeys(cluster.size() / 4)
                            .setLiveBytes(1 << 20)));
            give(observer, ring.build());
        }
    }

    /** Three nodes. */
    static final class FakeNodeService extends NodeGrpc.NodeImplBase {
        private final FakeCluster cluster;

        FakeNodeService(FakeCluster cluster) {
            this.cluster = cluster;
        }

        @Override
        public void drainNode(DrainNodeRequest request, StreamObserver<ChangeResponse> observer) {
            cluster.changes().drained(request.getNodeId(), request.getOptions(), observer);
        }

        @Override
        public void decommissionNode(DecommissionNodeRequest request, StreamObserver<ChangeResponse> observer) {
            cluster.changes().decommissioned(request.getNodeId(), request.getOptions(), observer);
        }

        @Override
        public void recommissionNode(RecommissionNodeRequest request, StreamObserver<ChangeResponse> observer) {
            cluster.changes().recommissioned(request.getNodeId(), request.getOptions(), observer);
        }

        @Override
        public void replaceNode(ReplaceNodeRequest request, StreamObserver<ChangeResponse> observer) {
            cluster.changes().replaced(request.getNodeId(), request.getByNodeId(), request.getOptions(), observer);
        }

        @Override
        public void labelNode(LabelNodeRequest request, StreamObserver<NodeInfo> observer) {
            NodeInfo.Builder labelled = node(request.getNodeId()).toBuilder().putAllLabels(request.getSetMap());
            request.getRemoveList().forEach(labelled::removeLabels);
            give(observer, labelled.build());
        }

        private NodeInfo node(String id) {
            boolean isDown = cluster.isDegraded && id.equals("n3");
            return NodeInfo.newBuilder()
                    .setNodeId(id)
                    .setAddress(cluster.endpoint())
                    .setRaftAddress("127.0.0.1:1")
                    .putLabels("zone", "z" + id.charAt(1))
                    .setState(isDown ? NodeState.NODE_STATE_DEAD : NodeState.NODE_STATE_UP)
                    .setLastHeartbeat(Timestamp.newBuilder()
                            .setSeconds(System.currentTimeMillis() / 1000)
                            .build())
                    .setReplicas(4)
                    .setLeaders(1)
                    .setLiveBytes(1 << 20)
                    .setDiskFreeBytes(10L << 30)
                    .setDiskTotalBytes(20L << 30)
                    .setServerVersion(VERSION)
                    .setPlacementVoter(true)
                    .build();
        }

        @Override
        public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> observer) {
            ListNodesResponse.Builder nodes = ListNodesResponse.newBuilder();
            FakeCluster.NODES.forEach(id -> nodes.addNodes(node(id)));
            give(observer, nodes.build());
        }

        @Override
        public void getNode(GetNodeRequest request, StreamObserver<NodeInfo> observer) {
            if (FakeCluster.NODES.contains(request.getNodeId())) {
                give(observer, node(request.getNodeId()));
            } else {
                observer.onError(
                        TitanErrors.toException(ErrorReason.NODE_UNKNOWN, "there is no node " + request.getNodeId()));
            }
        }
    }

    /** Four shards. */
    static final class FakeShardService extends ShardGrpc.ShardImplBase {
        private final FakeCluster cluster;

        FakeShardService(FakeCluster cluster) {
            this.cluster = cluster;
        }

        @Override
        public void listShards(ListShardsRequest request, StreamObserver<ListShardsResponse> observer) {
            ListShardsResponse.Builder shards = ListShardsResponse.newBuilder();
            cluster.routes().shards().forEach(entry -> shards.addShards(shard(cluster, entry.id())));
            give(observer, shards.build());
        }

        @Override
        public void getShard(GetShardRequest request, StreamObserver<ShardInfo> observer) {
            try {
                give(observer, shard(cluster, GroupId.parse(request.getShardId())));
            } catch (io.grpc.StatusRuntimeException e) {
                observer.onError(e);
            }
        }

        @Override
        public void locateKey(LocateKeyRequest request, StreamObserver<LocateKeyResponse> observer) {
            Key key = new Key(request.getKey(), request.getRoutingTag());
            ShardMap.RangeEntry range = cluster.routes().rangeOf(key.token());
            give(
                    observer,
                    LocateKeyResponse.newBuilder()
                            .setToken(key.token().bits())
                            .setEpoch(5)
                            .setArc(arc(range))
                            .setShard(shard(cluster, range.owner()))
                            .build());
        }
    }
}

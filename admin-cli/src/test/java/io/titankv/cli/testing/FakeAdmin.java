package io.titankv.cli.testing;

import com.google.protobuf.Timestamp;
import io.grpc.stub.StreamObserver;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.ShardMap;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.DecommissionNodeRequest;
import io.titankv.proto.admin.v1.DrainNodeRequest;
import io.titankv.proto.admin.v1.GetNodeRequest;
import io.titankv.proto.admin.v1.LabelNodeRequest;
import io.titankv.proto.admin.v1.ListNodesRequest;
import io.titankv.proto.admin.v1.ListNodesResponse;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.NodeInfo;
import io.titankv.proto.admin.v1.NodeIntent;
import io.titankv.proto.admin.v1.NodeState;
import io.titankv.proto.admin.v1.RecommissionNodeRequest;
import io.titankv.proto.admin.v1.ReplaceNodeRequest;
import io.titankv.proto.admin.v1.RingArc;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.proto.errors.TitanErrors;

/** The admin services of a {@link FakeCluster}. */
final class FakeAdmin {
    static final String VERSION = "9.8.7";

    private FakeAdmin() {}

    static <T> void give(StreamObserver<T> observer, T answer) {
        observer.onNext(answer);
        observer.onCompleted();
    }

    static RingArc arc(ShardMap.RangeEntry entry) {
        return RingArc.newBuilder()
                .setStart(entry.range().startInclusive())
                .setEnd(entry.range().endExclusive())
                .setShardId(entry.owner().toString())
                .build();
    }

    static ShardInfo shard(FakeCluster cluster, GroupId id) {
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
            boolean hasLeft = cluster.hasLeft && id.equals("n3");
            return NodeInfo.newBuilder()
                    .setIntent(hasLeft ? NodeIntent.NODE_INTENT_DECOMMISSIONED : NodeIntent.NODE_INTENT_IN_SERVICE)
                    .setNodeId(id)
                    .setAddress(cluster.endpoint())
                    .setRaftAddress("127.0.0.1:1")
                    .putLabels("zone", "z" + id.charAt(1))
                    .setState(isDown ? NodeState.NODE_STATE_DEAD : NodeState.NODE_STATE_UP)
                    .setLastHeartbeat(Timestamp.newBuilder()
                            .setSeconds(System.currentTimeMillis() / 1000)
                            .build())
                    .setReplicas(hasLeft ? 0 : 4)
                    .setLeaders(1)
                    .setLiveBytes(1 << 20)
                    .setDiskFreeBytes(10L << 30)
                    .setDiskTotalBytes(20L << 30)
                    .setServerVersion(VERSION)
                    .setPlacementVoter(!hasLeft)
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
}

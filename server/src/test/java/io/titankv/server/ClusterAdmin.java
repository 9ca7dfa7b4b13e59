package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.titankv.client.tls.Channels;
import io.titankv.model.NodeId;
import io.titankv.proto.admin.v1.CancelOperationRequest;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.DecommissionNodeRequest;
import io.titankv.proto.admin.v1.GetClusterRequest;
import io.titankv.proto.admin.v1.GetClusterResponse;
import io.titankv.proto.admin.v1.GetOperationRequest;
import io.titankv.proto.admin.v1.GetRingRequest;
import io.titankv.proto.admin.v1.ListNodesRequest;
import io.titankv.proto.admin.v1.ListOperationsRequest;
import io.titankv.proto.admin.v1.ListShardsRequest;
import io.titankv.proto.admin.v1.MovingArc;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.NodeInfo;
import io.titankv.proto.admin.v1.OperationGrpc;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.OperationState;
import io.titankv.proto.admin.v1.SetLimitsRequest;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.testing.TestCluster;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** What an operator asks of a node. Thread-safe. */
final class ClusterAdmin implements AutoCloseable {
    private final ManagedChannel channel;

    ClusterAdmin(TestCluster cluster, NodeId node) {
        this(cluster, node, null);
    }

    /** @param credentials null: plain text */
    ClusterAdmin(TestCluster cluster, NodeId node, @Nullable ChannelCredentials credentials) {
        channel = Channels.to(cluster.endpoint(node), credentials).build();
    }

    /** For what may take long on a busy machine, and may fail meanwhile. */
    static ConditionFactory patiently() {
        return await().atMost(Duration.ofMinutes(4)).ignoreExceptionsInstanceOf(StatusRuntimeException.class);
    }

    NodeInfo node(NodeId id) {
        return NodeGrpc.newBlockingStub(channel)
                .listNodes(ListNodesRequest.getDefaultInstance())
                .getNodesList()
                .stream()
                .filter(node -> node.getNodeId().equals(id.value()))
                .findFirst()
                .orElse(NodeInfo.getDefaultInstance());
    }

    /** Voters of each shard. */
    List<List<String>> voters() {
        return ShardGrpc.newBlockingStub(channel)
                .listShards(ListShardsRequest.getDefaultInstance())
                .getShardsList()
                .stream()
                .map(shard -> shard.getReplicasList().stream()
                        .filter(replica -> !replica.getRole().equals("learner"))
                        .map(ShardInfo.Replica::getNodeId)
                        .sorted()
                        .toList())
                .toList();
    }

    boolean isCalm() {
        return OperationGrpc.newBlockingStub(channel)
                .listOperations(ListOperationsRequest.newBuilder()
                        .addStates(OperationState.OPERATION_STATE_RUNNING)
                        .addStates(OperationState.OPERATION_STATE_CANCELLING)
                        .build())
                .getOperationsList()
                .isEmpty();
    }

    void decommission(NodeId node) {
        var _ = NodeGrpc.newBlockingStub(channel)
                .decommissionNode(DecommissionNodeRequest.newBuilder()
                        .setNodeId(node.value())
                        .build());
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /** Shards by their ids. */
    SortedMap<String, ShardInfo> shards() {
        SortedMap<String, ShardInfo> shards = new TreeMap<>();
        ShardGrpc.newBlockingStub(channel)
                .listShards(ListShardsRequest.getDefaultInstance())
                .getShardsList()
                .forEach(shard -> shards.put(shard.getShardId(), shard));
        return shards;
    }

    /** The shard, or an empty message when there is none. */
    ShardInfo shard(String id) {
        return shards().getOrDefault(id, ShardInfo.getDefaultInstance());
    }

    GetClusterResponse cluster() {
        return ClusterGrpc.newBlockingStub(channel).getCluster(GetClusterRequest.getDefaultInstance());
    }

    /** Ranges on their way. */
    List<MovingArc> moving() {
        return ClusterGrpc.newBlockingStub(channel)
                .getRing(GetRingRequest.getDefaultInstance())
                .getMovingList();
    }

    /** Waits until a transfer is in the middle of its copy. */
    MovingArc awaitCopying() {
        return patiently()
                .until(this::moving, arcs -> arcs.stream().anyMatch(arc -> arc.getKeysCopied() > 0))
                .getFirst();
    }

    /** Bytes that a range transfer copies a second; 0: as many as it can. */
    void limitTransfers(long bytesPerSecond) {
        var _ = ClusterGrpc.newBlockingStub(channel)
                .setLimits(SetLimitsRequest.newBuilder()
                        .setTransferBytesPerSecond(bytesPerSecond)
                        .build());
    }

    /** Begins a change of the shards; returns the operation's id. */
    String change(Function<ShardGrpc.ShardBlockingStub, ChangeResponse> change) {
        return changed(change).getOperation().getOperationId();
    }

    /** Asks for a change of the shards; returns the answer in full. */
    ChangeResponse changed(Function<ShardGrpc.ShardBlockingStub, ChangeResponse> change) {
        return change.apply(ShardGrpc.newBlockingStub(channel));
    }

    OperationInfo operation(String id) {
        return OperationGrpc.newBlockingStub(channel)
                .getOperation(
                        GetOperationRequest.newBuilder().setOperationId(id).build());
    }

    /** Waits until the operation has ended, which it must have done well. */
    void awaitDone(String id) {
        OperationInfo ended = patiently().until(() -> operation(id), OperationInfo::hasEndedAt);
        assertThat(ended.getState()).as("%s", ended).isEqualTo(OperationState.OPERATION_STATE_DONE);
    }

    void cancel(String id) {
        var _ = OperationGrpc.newBlockingStub(channel)
                .cancelOperation(
                        CancelOperationRequest.newBuilder().setOperationId(id).build());
    }
}

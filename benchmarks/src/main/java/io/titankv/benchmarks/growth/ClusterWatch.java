package io.titankv.benchmarks.growth;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import io.titankv.benchmarks.comparison.RunFailedException;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.ListNodesRequest;
import io.titankv.proto.admin.v1.ListOperationsRequest;
import io.titankv.proto.admin.v1.ListShardsRequest;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.NodeInfo;
import io.titankv.proto.admin.v1.OperationGrpc;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.proto.admin.v1.SplitShardRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What an operator sees of the cluster and asks of it, through one node. For one thread. */
final class ClusterWatch implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);

    private final ManagedChannel channel;

    /** @param endpoint HOST:PORT of a node's gateway */
    ClusterWatch(String endpoint) {
        channel = ManagedChannelBuilder.forTarget(endpoint).usePlaintext().build();
    }

    List<NodeInfo> nodes() {
        return NodeGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_TIMEOUT)
                .listNodes(ListNodesRequest.getDefaultInstance())
                .getNodesList();
    }

    List<ShardInfo> shards() {
        return ShardGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_TIMEOUT)
                .listShards(ListShardsRequest.getDefaultInstance())
                .getShardsList();
    }

    /** All operations that the cluster remembers. */
    List<OperationInfo> operations() {
        return OperationGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_TIMEOUT)
                .listOperations(ListOperationsRequest.getDefaultInstance())
                .getOperationsList();
    }

    /** Begins the split of a shard and waits until it is done. */
    void split(String shard, Duration patience) throws RunFailedException {
        String operation = answered(
                "split of " + shard,
                () -> ShardGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(CALL_TIMEOUT)
                        .splitShard(
                                SplitShardRequest.newBuilder().setShardId(shard).build()),
                ChangeResponse::hasOperation,
                patience,
                response -> response.getOperation().getOperationId());
        var _ = answered(
                "end of the split of " + shard,
                this::operations,
                operations -> operations.stream()
                        .anyMatch(each -> each.getOperationId().equals(operation) && each.hasEndedAt()),
                patience,
                Function.identity());
    }

    /** Asks again and again until the answer is the one that is waited for. */
    <T, R> R answered(
            String what, Supplier<T> question, Predicate<T> isAwaited, Duration patience, Function<T, R> result)
            throws RunFailedException {
        long began = System.nanoTime();
        String last = "";
        while (System.nanoTime() - began < patience.toNanos()) {
            try {
                T answer = question.get();
                if (isAwaited.test(answer)) {
                    return result.apply(answer);
                }
            } catch (StatusRuntimeException e) {
                // A node that begins, or a cluster that is busy: it is asked again, and told of when it was to no end.
                last = ": " + e.getStatus();
            }
            pause();
        }
        throw new RunFailedException("no " + what + " within " + patience.toSeconds() + " s" + last, "");
    }

    private static void pause() throws RunFailedException {
        try {
            TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailedException("interrupted", "");
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}

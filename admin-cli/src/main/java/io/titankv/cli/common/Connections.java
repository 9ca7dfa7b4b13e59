package io.titankv.cli.common;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractBlockingStub;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Channels to nodes, made when first asked for and kept until the end. Confined to the command's thread. */
public final class Connections implements AutoCloseable {
    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    private final Map<String, ManagedChannel> channels = new HashMap<>();

    /**
     * Makes one call of the first node that can be reached.
     *
     * @param stub e.g. {@code ClusterGrpc::newBlockingStub}
     * @throws StatusRuntimeException what the node answered, or the last one's when none was reached
     */
    public <S extends AbstractBlockingStub<S>, T> T call(
            GlobalOptions global, Function<ManagedChannel, S> stub, Function<S, T> call) {
        List<String> endpoints = global.endpoints();
        Duration timeout = global.timeout();
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        for (int i = 0; ; i++) {
            long leftNanos = Math.max(1, deadlineNanos - System.nanoTime());
            // A node that swallows packets must not use up the time of those after it.
            long shareNanos = leftNanos / (endpoints.size() - i);
            try {
                return call.apply(
                        stub.apply(channel(endpoints.get(i))).withDeadlineAfter(shareNanos, TimeUnit.NANOSECONDS));
            } catch (StatusRuntimeException e) {
                boolean isLast = i == endpoints.size() - 1;
                if (isLast || !isUnreachable(e)) {
                    throw e;
                }
            }
        }
    }

    private static boolean isUnreachable(StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        return code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED;
    }

    private ManagedChannel channel(String endpoint) {
        return channels.computeIfAbsent(
                endpoint,
                target -> Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .build());
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
        channels.clear();
    }
}

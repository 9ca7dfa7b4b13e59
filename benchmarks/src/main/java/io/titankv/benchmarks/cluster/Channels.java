package io.titankv.benchmarks.cluster;

import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A connection to each node; calls go to the nodes in turn. For one thread. */
final class Channels implements AutoCloseable {
    /** Above the largest value that is measured. */
    static final int MESSAGE_BYTES_MAX = 20 << 20;
    /** As a careful user sets it: no call waits for ever. */
    static final long CALL_SECONDS_MAX = 10;

    private final List<ManagedChannel> channels;
    private int next;

    Channels(List<String> endpoints) {
        channels = endpoints.stream().map(Channels::channel).toList();
    }

    /** Answers are taken on the connection's thread, as all that is done there is to count them. */
    private static ManagedChannel channel(String endpoint) {
        return Grpc.newChannelBuilder(endpoint, InsecureChannelCredentials.create())
                .directExecutor()
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .build();
    }

    static CallOptions callOptions() {
        return CallOptions.DEFAULT.withDeadlineAfter(CALL_SECONDS_MAX, TimeUnit.SECONDS);
    }

    List<ManagedChannel> all() {
        return channels;
    }

    ManagedChannel next() {
        ManagedChannel channel = channels.get(next);
        next = next + 1 == channels.size() ? 0 : next + 1;
        return channel;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}

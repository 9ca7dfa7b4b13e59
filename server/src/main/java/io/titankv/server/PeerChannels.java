package io.titankv.server;

import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.titankv.client.tls.Channels;
import io.titankv.model.Limits;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One channel to each address of another node, made when first asked for and kept. Thread-safe.
 *
 * <p>gRPC waits longer and longer, up to two minutes, before it tries a lost connection again; a node that came back is found
 * within a second here.
 */
final class PeerChannels implements AutoCloseable {
    /** A request or a page at its limit, with room for its envelope. */
    static final int MESSAGE_BYTES_MAX = Limits.REQUEST_BYTES_MAX + (4 << 20);

    /** A peer that vanished without a word is noticed within this and the time-out below. */
    private static final long KEEP_ALIVE_SECONDS = 10;

    private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 5;

    private static final long RETRY_SECONDS = 1;

    private final ClientInterceptor outgoing;
    private final @Nullable ChannelCredentials credentials;
    private final PeerTrouble trouble = new PeerTrouble();
    private final ScheduledExecutorService retries;
    private final ConcurrentHashMap<String, ManagedChannel> channels = new ConcurrentHashMap<>();

    /** @param credentials null: plain text */
    PeerChannels(ClientInterceptor outgoing, @Nullable ChannelCredentials credentials) {
        this.outgoing = outgoing;
        this.credentials = credentials;
        this.retries = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("titan-reconnect").factory());
    }

    /** Begins to look after lost connections. */
    void start() {
        var _ = retries.scheduleWithFixedDelay(this::retryLost, RETRY_SECONDS, RETRY_SECONDS, TimeUnit.SECONDS);
    }

    private void retryLost() {
        channels.forEach((address, channel) -> {
            ConnectivityState state = channel.getState(false);
            if (state == ConnectivityState.TRANSIENT_FAILURE) {
                trouble.ask(address, channel);
                channel.resetConnectBackoff();
            } else if (state == ConnectivityState.READY) {
                trouble.end(address);
            }
        });
    }

    /** Which nodes are there but not understood. */
    PeerTrouble trouble() {
        return trouble;
    }

    /** The channel to HOST:PORT. */
    ManagedChannel channel(String address) {
        return channels.computeIfAbsent(address, this::open);
    }

    private ManagedChannel open(String address) {
        return Channels.to(HostPort.parse(address).toString(), credentials)
                .intercept(outgoing)
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .build();
    }

    @Override
    public void close() {
        retries.shutdownNow();
        channels.values().forEach(ManagedChannel::shutdownNow);
        channels.clear();
    }
}

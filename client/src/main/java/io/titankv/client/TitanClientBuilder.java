package io.titankv.client;

import com.google.protobuf.ByteString;
import io.grpc.ChannelCredentials;
import io.titankv.client.session.SessionLinkOptions;
import io.titankv.client.session.TimerWheel;
import io.titankv.client.tls.TlsException;
import io.titankv.client.tls.TlsFiles;
import io.titankv.client.tls.TlsStore;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings of a {@link TitanClient}. Confined to one thread. */
public final class TitanClientBuilder {
    private static final int CLIENT_ID_BYTES = 16;

    private final List<String> endpoints;
    private Duration timeout = Duration.ofSeconds(10);
    private RetryPolicy retryPolicy = RetryPolicy.DEFAULT;
    private int operationsMax = 10_000;
    private long bytesMax = 64L << 20;
    private WhenFull whenFull = WhenFull.WAIT;
    private boolean routing = true;
    private @Nullable ChannelCredentials credentials;
    private @Nullable TlsFiles tls;
    private TimerWheel timer = TimerWheel.shared();

    TitanClientBuilder(List<String> endpoints) {
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("a client needs the address of one node at least");
        }
        this.endpoints = List.copyOf(endpoints);
    }

    /** For operations whose options name none: all tries together. Default 10 s. */
    public TitanClientBuilder timeout(Duration value) {
        timeout = Timeouts.requirePositive(value);
        return this;
    }

    /** How long and how often to try. */
    public TitanClientBuilder retryPolicy(RetryPolicy value) {
        retryPolicy = value;
        return this;
    }

    /** What the client may hold at once. Default 10,000 operations and 64 MiB. */
    public TitanClientBuilder inFlightMax(int operations, long bytes) {
        operationsMax = operations;
        bytesMax = bytes;
        return this;
    }

    /** What becomes of an operation over these bounds. Default: its caller waits. */
    public TitanClientBuilder whenFull(WhenFull value) {
        whenFull = value;
        return this;
    }

    /**
     * Whether to learn which node leads which shard and to go there. Default true; false sends everything to the endpoints, for a
     * client that cannot reach the nodes' own addresses.
     */
    public TitanClientBuilder routing(boolean on) {
        routing = on;
        return this;
    }

    /**
     * Speaks TLS, with these files; read when the client is built, and again whenever they change. Default: plain text.
     */
    public TitanClientBuilder tls(TlsFiles files) {
        tls = files;
        credentials = null;
        return this;
    }

    /** Speaks TLS with credentials of the caller's. Default: plain text. */
    public TitanClientBuilder credentials(ChannelCredentials value) {
        credentials = value;
        tls = null;
        return this;
    }

    /** Another clock, for tests. */
    TitanClientBuilder timer(TimerWheel value) {
        timer = value;
        return this;
    }

    /**
     * A client that begins to connect now.
     *
     * @throws TlsException when a file of {@link #tls} cannot be used
     */
    public TitanClient build() {
        TlsStore store = tls == null ? null : TlsStore.forClient(tls);
        SessionLinkOptions options =
                SessionLinkOptions.defaults().withTimer(timer).withInFlightMax(operationsMax, bytesMax);
        Connections connections =
                new Connections(store == null ? credentials : store.channelCredentials(), store, options);
        RouteCache routes = new RouteCache(connections, endpoints, timer);
        Requests requests = new Requests(
                connections, routes, timer, retryPolicy, new InFlightLimit(operationsMax, bytesMax), whenFull, routing);
        if (routing) {
            routes.start();
        }
        return new TitanClient(requests, new RequestIds(randomClientId()), timeout);
    }

    private static ByteString randomClientId() {
        byte[] id = new byte[CLIENT_ID_BYTES];
        new SecureRandom().nextBytes(id);
        return ByteString.copyFrom(ByteBuffer.wrap(id));
    }
}

package io.titankv.cli.common;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractBlockingStub;
import io.titankv.client.TitanClient;
import io.titankv.client.TitanClientBuilder;
import io.titankv.client.tls.Channels;
import io.titankv.client.tls.TlsFiles;
import io.titankv.client.tls.TlsStore;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.GetRoutesRequest;
import io.titankv.proto.kv.v1.RoutingGrpc;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Channels to nodes, made when first asked for and kept until the end. Confined to the command's thread. */
public final class Connections implements AutoCloseable {
    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    /** Bounds of what a command holds at once. The JVM that runs it has a few hundred MiB. */
    private static final int IN_FLIGHT_MAX = 2000;

    private static final long IN_FLIGHT_BYTES_MAX = 64L << 20;

    private final Map<String, ManagedChannel> channels = new HashMap<>();
    private @Nullable TitanClient client;
    private @Nullable TlsStore tls;
    private List<String> clientEndpoints = List.of();

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
                return call.apply(stub.apply(channel(endpoints.get(i), global))
                        .withDeadlineAfter(shareNanos, TimeUnit.NANOSECONDS));
            } catch (StatusRuntimeException e) {
                boolean isLast = i == endpoints.size() - 1;
                if (isLast || !isUnreachable(e)) {
                    throw e;
                }
            }
        }
    }

    /**
     * The client for keys. Asks the cluster for its routes first, so that a cluster that is not there is known at once, and not
     * when all tries have been made.
     *
     * @throws StatusRuntimeException when no endpoint can be reached
     */
    public TitanClient client(GlobalOptions global) {
        if (client != null && clientEndpoints.equals(global.endpoints())) {
            return client;
        }
        requireReachable(global);
        closeClient();
        clientEndpoints = global.endpoints();
        client = builder(global).inFlightMax(IN_FLIGHT_MAX, IN_FLIGHT_BYTES_MAX).build();
        return client;
    }

    /**
     * Clients that are the caller's to close, each with connections of its own.
     *
     * @param operationsMax what each may hold at once
     * @throws StatusRuntimeException when no endpoint can be reached
     */
    public List<TitanClient> newClients(GlobalOptions global, int count, int operationsMax, long bytesMax) {
        requireReachable(global);
        return Stream.generate(() ->
                        builder(global).inFlightMax(operationsMax, bytesMax).build())
                .limit(count)
                .toList();
    }

    private void requireReachable(GlobalOptions global) {
        try {
            call(global, RoutingGrpc::newBlockingStub, stub -> stub.getRoutes(GetRoutesRequest.getDefaultInstance()));
        } catch (StatusRuntimeException e) {
            if (TitanErrors.parse(e).isEmpty()) {
                throw e;
            }
            // A node that answers with an error of ours is there: the client goes on from here, with its patience.
        }
    }

    private static boolean isUnreachable(StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        return code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED;
    }

    private TitanClientBuilder builder(GlobalOptions global) {
        TitanClientBuilder builder =
                TitanClient.builder(global.endpoints().toArray(String[]::new)).timeout(global.timeout());
        ChannelCredentials credentials = credentialsOrNull(global);
        return credentials == null ? builder : builder.credentials(credentials);
    }

    private ManagedChannel channel(String endpoint, GlobalOptions global) {
        return channels.computeIfAbsent(
                endpoint,
                target -> Channels.to(target, credentialsOrNull(global))
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .build());
    }

    /** Null: plain text. */
    private @Nullable ChannelCredentials credentialsOrNull(GlobalOptions global) {
        TlsFiles files = global.tls().orElse(null);
        if (files == null) {
            return null;
        }
        if (tls == null) {
            tls = TlsStore.forClient(files);
        }
        return tls.channelCredentials();
    }

    private void closeClient() {
        if (client != null) {
            client.close();
            client = null;
        }
    }

    @Override
    public void close() {
        closeClient();
        channels.values().forEach(ManagedChannel::shutdownNow);
        channels.clear();
        if (tls != null) {
            tls.close();
        }
    }
}

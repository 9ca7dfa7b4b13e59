package io.titankv.server;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Where the port for clients and nodes begins: there is no other way to a server of gRPC. Keeps nothing. */
final class GatewayListener {
    private static final long KEEP_ALIVE_LEAST_SECONDS = 5;
    private static final long STOP_SECONDS = 5;

    private GatewayListener() {}

    /**
     * Listens.
     *
     * @param services adds what is served
     * @throws ServerStartException when the port cannot be had
     */
    static Server listen(HostPort where, NodeSecurity security, Consumer<NettyServerBuilder> services) {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        new InetSocketAddress(where.host(), where.port()), security.serverCredentials())
                .maxInboundMessageSize(PeerChannels.MESSAGE_BYTES_MAX)
                .permitKeepAliveTime(KEEP_ALIVE_LEAST_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
        services.accept(builder);
        // Last added is asked first.
        security.nodesOnly()
                .ifPresent(guard -> builder.addTransportFilter(guard).intercept(guard));
        try {
            return builder.build().start();
        } catch (IOException e) {
            throw new ServerStartException(
                    "port " + where.port() + " on " + where.host()
                            + " is in use or cannot be listened on: stop what listens there, or choose another"
                            + " --listen",
                    e);
        }
    }

    /** Ends what listens, calls under way at the latest after a few seconds. */
    static void stop(Server server) throws InterruptedException {
        server.shutdown();
        if (!server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            server.shutdownNow().awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
        }
    }
}

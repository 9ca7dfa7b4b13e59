package io.titankv.multiraft.host;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.netty.NegotiationType;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.netty.channel.EventLoopGroup;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;
import org.apache.ratis.util.NettyUtils;
import org.jspecify.annotations.Nullable;

/** One node's links to the others, by address, and the clock of their senders. Thread-safe. */
final class AppendLinks implements AutoCloseable {
    /** A heartbeat that is due within this part of the least election timeout goes out with one that is due now. */
    private static final int TIMEOUT_TO_EARLY = 8;

    private static final int TIMEOUT_TO_TICK = 20;
    private static final int QUIET_MILLIS = 20;
    private static final int CLOSING_MILLIS_MAX = 2_000;
    private static final Duration TICK_MIN = Duration.ofMillis(5);
    private static final Duration TICK_MAX = Duration.ofMillis(50);

    private final ConcurrentMap<String, AppendLink> links = new ConcurrentHashMap<>();
    private final RaftHostOptions options;
    private final Clock clock;
    private final @Nullable SslContext tls;
    private final EventLoopGroup threads;

    AppendLinks(RaftHostOptions options, Clock clock) {
        this.options = options;
        this.clock = clock;
        PeerTls peerTls = options.tls();
        tls = peerTls == null ? null : peerTls.toOthers();
        threads = NettyUtils.newEventLoopGroup(
                "raft-links-" + options.node(), Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true);
        clock.every(period(), this::tick);
    }

    private Duration period() {
        Duration tick = options.electionTimeoutMin().dividedBy(TIMEOUT_TO_TICK);
        return tick.compareTo(TICK_MIN) < 0 ? TICK_MIN : tick.compareTo(TICK_MAX) > 0 ? TICK_MAX : tick;
    }

    /**
     * The link to a node; connects, for the first that asks.
     *
     * @param address HOST:PORT of its Raft
     */
    AppendLink to(String address) {
        return links.computeIfAbsent(address, this::connect);
    }

    private AppendLink connect(String address) {
        AppendLink link = new AppendLink(
                channel(address), clock, RatisSettings.requestTimeout(options), RatisSettings.pauseMax(options));
        link.open();
        return link;
    }

    /** Sends from a leader here to one of its followers. */
    LogSender newSender(RaftServer.Division division, LeaderState leadership, FollowerInfo follower) {
        Duration patience = RatisSettings.requestTimeout(options);
        return new LogSender(
                division,
                leadership,
                follower,
                to(follower.getPeer().getAddress()),
                clock,
                new AppendPauses(patience, RatisSettings.pauseMax(options)));
    }

    private ManagedChannel channel(String address) {
        NettyChannelBuilder builder = NettyChannelBuilder.forTarget(address)
                .proxyDetector(_ -> null)
                .disableRetry()
                .directExecutor()
                .channelType(NettyUtils.getSocketChannelClass(threads))
                .eventLoopGroup(threads);
        return tls == null
                ? builder.negotiationType(NegotiationType.PLAINTEXT).build()
                : builder.negotiationType(NegotiationType.TLS).sslContext(tls).build();
    }

    private void tick() {
        long early = options.electionTimeoutMin().toMillis() / TIMEOUT_TO_EARLY;
        links.values().forEach(link -> link.tick(early));
    }

    /** Ends all connections. */
    @Override
    public void close() {
        links.values().forEach(AppendLink::close);
        var _ = threads.shutdownGracefully(QUIET_MILLIS, CLOSING_MILLIS_MAX, TimeUnit.MILLISECONDS);
    }
}

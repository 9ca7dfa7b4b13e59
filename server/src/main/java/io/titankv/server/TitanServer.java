package io.titankv.server;

import io.grpc.Channel;
import io.grpc.Server;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.util.MutableHandlerRegistry;
import io.titankv.gateway.Gateway;
import io.titankv.gateway.GatewayHealth;
import io.titankv.gateway.GatewayOptions;
import io.titankv.model.GroupId;
import io.titankv.model.Limits;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.host.LogBounds;
import io.titankv.multiraft.host.RaftHost;
import io.titankv.multiraft.host.RaftHostOptions;
import io.titankv.multiraft.host.ReplicatedStateMachine;
import io.titankv.multiraft.shard.Shard;
import io.titankv.multiraft.terms.TermClient;
import io.titankv.multiraft.terms.TermServer;
import io.titankv.placement.run.NodeContact;
import io.titankv.placement.run.PlacementEnvironment;
import io.titankv.placement.run.PlacementNode;
import io.titankv.placement.run.PlacementOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: its Raft groups and shards, its part in placement, its gateway. A list of parts, and the order in which they start and
 * stop. Thread-safe.
 */
public final class TitanServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TitanServer.class);

    private final ServerOptions options;
    private final NodeSecurity security;
    private final DataDirectory directory;
    private final Lifecycle lifecycle;
    private final PeerChannels channels;
    private final PlacementNode placement;
    private final ShardNews news;
    private final ClusterParts parts;
    private final RaftHost raft;
    private final NodeReplicas replicas;
    private final Readiness readiness;
    private final NodeMetrics metrics;
    private final GatewayHealth health;
    private final Server grpc;
    private final NodeContact contact;

    /**
     * Starts a node. Returns when it listens; {@link #awaitReady} waits until it serves.
     *
     * @throws ServerStartException when it cannot start
     */
    public static TitanServer start(ServerOptions options) {
        Lifecycle lifecycle = new Lifecycle();
        try {
            TitanServer server = new TitanServer(options, lifecycle);
            server.placement.start(server.contact, server.replicas);
            LOG.atInfo()
                    .addKeyValue("node", options.nodeId())
                    .addKeyValue("listen", server.contact.gatewayAddress())
                    .addKeyValue("raft", server.contact.raftAddress())
                    .addKeyValue("metrics", server.metricsAddress().orElse("off"))
                    .addKeyValue("tls", server.security)
                    .addKeyValue("data", server.directory.path())
                    .log("node listens");
            return server;
        } catch (RuntimeException e) {
            ServerStartException failure = e instanceof ServerStartException known
                    ? known
                    : new ServerStartException("node " + options.nodeId() + " cannot start: " + e.getMessage(), e);
            try {
                lifecycle.close();
            } catch (RuntimeException alsoFailed) {
                failure.addSuppressed(alsoFailed);
            }
            throw failure;
        }
    }

    private TitanServer(ServerOptions options, Lifecycle lifecycle) {
        this.options = options;
        this.lifecycle = lifecycle;
        security = NodeSecurity.open(options);
        lifecycle.onStop(security::close);
        directory = DataDirectory.take(options.dataDir());
        lifecycle.onStop(directory::close);
        metrics = NodeMetrics.open(options);
        lifecycle.onStop(metrics::close);

        PeerLink link = new PeerLink(options.nodeId(), options.gate());
        channels = new PeerChannels(link.outgoing(), security.channelCredentials());
        lifecycle.onStop(channels::close);
        channels.start();
        Rebuilds rebuilds = new Rebuilds(options.nodeId().value());
        lifecycle.onStop(rebuilds::close);

        placement = openPlacement();
        lifecycle.onStop(placement::close);
        news = new ShardNews(placement::leadershipChanged);
        MutableHandlerRegistry late = new MutableHandlerRegistry();
        parts = new ClusterParts(
                options,
                directory,
                placement,
                this::channelTo,
                channels::channel,
                late,
                rebuilds,
                news,
                metrics.registry());
        lifecycle.onStop(parts::close);
        parts.openIfFormed();

        raft = RaftHost.start(raftOptions(), this::stateMachine, metrics.registry());
        replicas = new NodeReplicas(raft, parts::shards, parts::imports, parts::limitCopies, directory.path());
        replicas.attachFound();
        readiness = new Readiness(options.nodeId(), placement, replicas, channels.trouble());
        metrics.show(placement, replicas);
        metrics.showCertificate(security);
        rebuilds.start(raft);

        raft.terms().askBy(new TermClient(placement::clusterId, this::channelTo));
        health = new GatewayHealth(placement::map);
        placement.addMapListener(_ -> health.refresh());
        Gateway gateway = openGateway();
        grpc = listen(gateway, link, late);
        lifecycle.onStop(() -> GatewayListener.stop(grpc));
        lifecycle.onStop(raft::close);
        lifecycle.onStop(placement::close);
        lifecycle.onStop(health::enterTerminalState);

        contact = options.contact(grpc.getPort(), raft.address());
        directory.requireSameRaftAddress(contact.raftAddress());
    }

    private Gateway openGateway() {
        Gateway gateway = Gateway.create(
                GatewayOptions.defaults(options.nodeId(), options.heapBytes()),
                placement::map,
                replicas,
                channels::channel,
                metrics.registry());
        lifecycle.onStop(gateway::close);
        placement.addMapListener(gateway::onRoutes);
        news.tell(gateway::onShardNews);
        return gateway;
    }

    private PlacementNode openPlacement() {
        PlacementOptions placementOptions = new PlacementOptions(
                options.nodeId(),
                directory.path(),
                options.join().stream().map(HostPort::toString).toList(),
                options.bootstrap(),
                options.formation(),
                options.labels(),
                Runtime.getRuntime().availableProcessors(),
                ServerVersion.CURRENT,
                PlacementOptions.Timings.DEFAULT.healingAfter(options.healAfter()));
        return PlacementNode.open(
                placementOptions, PlacementEnvironment.of(channels::channel, request -> parts.fetch(request)));
    }

    private RaftHostOptions raftOptions() {
        return new RaftHostOptions(
                options.nodeId(),
                options.raftListen().host(),
                options.raftListen().port(),
                directory.raft(),
                options.electionTimeout(),
                options.electionTimeout().multipliedBy(3).dividedBy(2),
                () -> Limits.entryBytesMax(placement.settings().valueBytesMax()),
                LogBounds.forHeap(options.heapBytes()),
                options.heapBytes(),
                directory.disk(),
                options.gate(),
                security.peerTls());
    }

    private ReplicatedStateMachine stateMachine(GroupId group) {
        return group.isPlacement()
                ? placement.stateMachine()
                : new HeraldedStateMachine(group, parts.shards().stateMachine(group), news);
    }

    private Channel channelTo(NodeId node) {
        ShardMap.NodeEntry entry = placement
                .map()
                .node(node)
                .orElseThrow(() -> new IllegalStateException("address of node " + node + " is not known yet"));
        return channels.channel(entry.address());
    }

    private Server listen(Gateway gateway, PeerLink link, MutableHandlerRegistry lateServices) {
        return GatewayListener.listen(options.listen(), security, builder -> {
            builder.intercept(link.incoming()).fallbackHandlerRegistry(lateServices);
            gateway.services().forEach(builder::addService);
            builder.addService(new TermServer(options.nodeId(), placement::clusterId, raft.terms()));
            builder.callExecutor(new CallThreads(gateway));
            placement.services().forEach(builder::addService);
            builder.addService(health.service());
            builder.addService(ProtoReflectionServiceV1.newInstance());
        });
    }

    public NodeId nodeId() {
        return options.nodeId();
    }

    /** HOST:PORT by which clients and other nodes reach this node. */
    public String address() {
        return contact.gatewayAddress();
    }

    /** HOST:PORT by which Raft of other nodes reaches this node. */
    public String raftAddress() {
        return contact.raftAddress();
    }

    /** HOST:PORT at which this node shows what it measures; empty when that is off. */
    public Optional<String> metricsAddress() {
        return metrics.address().map(HostPort::toString);
    }

    /** The routes that this node knows now. */
    public ShardMap routes() {
        return placement.map();
    }

    /** Whether this node leads a shard, as far as it knows itself. */
    public boolean leads(GroupId shard) {
        return replicas.shard(shard).filter(Shard::leads).isPresent();
    }

    /** Live keys in this node's replica of a shard; empty when it has none in service. */
    public OptionalLong keys(GroupId shard) {
        return replicas.shard(shard).filter(here -> here.status().fault() == null).stream()
                .mapToLong(here -> here.state().keys())
                .findFirst();
    }

    /** Whether this node belongs to a cluster that has a ring, and every shard with a replica here has a leader and its ranges. */
    public boolean isReady() {
        return readiness.isReady();
    }

    /**
     * Returns when {@link #isReady}.
     *
     * @throws ServerStartException when that does not come in time, or never will
     */
    public void awaitReady(Duration timeout) {
        readiness.await(timeout);
    }

    /** The node and what each of its replicas is at this moment, a line each, for people. */
    @Override
    public String toString() {
        return "node " + nodeId() + " at " + address()
                + raft.replicas().stream()
                        .map(replica -> "\n  " + replica.group() + " " + replica.status())
                        .sorted()
                        .collect(Collectors.joining());
    }

    /** Hands over what this node leads, then stops. Idempotent. */
    @Override
    public void close() {
        lifecycle.close();
    }

    /** Stops a node whose whole cluster stops. What it acknowledged is in the logs of a majority. */
    void stopWithoutHandOver() {
        raft.kill();
        close();
    }

    /** Stops at once, as a killed process would, as far as that goes within a JVM. For tests of crashes. */
    public void kill() {
        raft.kill();
        grpc.shutdownNow();
        close();
    }
}

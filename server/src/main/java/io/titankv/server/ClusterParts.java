package io.titankv.server;

import io.grpc.Channel;
import io.grpc.util.MutableHandlerRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.multiraft.shard.ReplicaFaultListener;
import io.titankv.multiraft.shard.ShardHost;
import io.titankv.multiraft.shard.ShardHostOptions;
import io.titankv.multiraft.shard.ShardTransfers;
import io.titankv.multiraft.snapshot.CheckpointFetcher;
import io.titankv.multiraft.snapshot.CheckpointRegistry;
import io.titankv.multiraft.snapshot.CheckpointServer;
import io.titankv.multiraft.snapshot.StateFetcher.FetchRequest;
import io.titankv.multiraft.transfer.RangeExportServer;
import io.titankv.multiraft.transfer.RangeImports;
import io.titankv.placement.run.PlacementNode;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a node that write the cluster's id into what they do, and so exist only once the node belongs to one: made when
 * first asked for. Thread-safe.
 */
final class ClusterParts implements AutoCloseable {
    private final ServerOptions options;
    private final DataDirectory directory;
    private final PlacementNode placement;
    private final Function<NodeId, Channel> channels;
    private final Function<String, Channel> gateways;
    private final MutableHandlerRegistry services;
    private final CheckpointRegistry checkpoints = new CheckpointRegistry();
    private final ReplicaFaultListener faults;
    private final ShardNews news;
    private final MeterRegistry registry;

    private long copyBytesPerSecondMax;
    private @Nullable CheckpointFetcher fetcher;
    private @Nullable CheckpointServer server;
    private @Nullable ShardHost shards;
    private @Nullable RangeExportServer exports;
    private @Nullable RangeImports imports;
    private boolean closed;

    /**
     * @param placement knows the cluster's id once there is one, and hears of what is imported
     * @param channels to a node's gateway
     * @param gateways to the gateway at HOST:PORT
     * @param services where the services of checkpoint files and of range exports are added
     * @param news told of range transfers
     * @param registry where the shards are measured
     */
    ClusterParts(
            ServerOptions options,
            DataDirectory directory,
            PlacementNode placement,
            Function<NodeId, Channel> channels,
            Function<String, Channel> gateways,
            MutableHandlerRegistry services,
            ReplicaFaultListener faults,
            ShardNews news,
            MeterRegistry registry) {
        this.options = options;
        this.directory = directory;
        this.placement = placement;
        this.channels = channels;
        this.gateways = gateways;
        this.services = services;
        this.faults = faults;
        this.news = news;
        this.registry = registry;
        checkpoints.register(GroupId.PLACEMENT, placement.checkpointSource());
    }

    /**
     * The shards of this node.
     *
     * @throws IllegalStateException when the node belongs to no cluster yet
     */
    synchronized ShardHost shards() {
        open();
        return Objects.requireNonNull(shards);
    }

    /** What is copied into the shards of this node from others. */
    synchronized RangeImports imports() {
        open();
        return Objects.requireNonNull(imports);
    }

    /** What the state of groups that is fetched from peers may bring in a second, all together; 0: as much as it can. */
    synchronized void limitCopies(long bytesPerSecondMax) {
        copyBytesPerSecondMax = bytesPerSecondMax;
        if (fetcher != null) {
            fetcher.limit(bytesPerSecondMax);
        }
    }

    /** Fetches the state of a group from a peer. */
    CompletableFuture<Optional<LogPosition>> fetch(FetchRequest request) {
        CheckpointFetcher opened;
        synchronized (this) {
            open();
            opened = Objects.requireNonNull(fetcher);
        }
        return opened.fetch(request);
    }

    /** Opens the parts when the node belongs to a cluster, and otherwise does nothing. */
    synchronized void openIfFormed() {
        if (placement.clusterId().isPresent()) {
            open();
        }
    }

    private synchronized void open() {
        if (closed) {
            throw new IllegalStateException("node " + options.nodeId() + " is stopping");
        }
        if (shards != null) {
            return;
        }
        String id = placement
                .clusterId()
                .orElseThrow(
                        () -> new IllegalStateException("node " + options.nodeId() + " belongs to no cluster yet"));
        try {
            server = CheckpointServer.start(id, directory.checkpoints(), checkpoints);
        } catch (IOException e) {
            throw new ServerStartException("checkpoints cannot be kept in " + directory.checkpoints() + ": " + e, e);
        }
        services.addService(server);
        fetcher = new CheckpointFetcher(id, channels, directory.disk()::requireRoomFor);
        fetcher.limit(copyBytesPerSecondMax);
        ShardHost host = ShardHost.start(
                ShardHostOptions.defaults(options.nodeId(), directory.shards(), id, directory.disk()),
                fetcher,
                checkpoints,
                faults,
                InstantSource.system(),
                registry);
        host.listenToTransfers(news::onTransfer);
        shards = host;
        exports = RangeExportServer.start(id, group -> host.transfers(group).map(ShardTransfers::exportSource));
        services.addService(exports);
        imports = new RangeImports(id, gateways, placement::leadershipChanged);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (imports != null) {
            imports.close();
        }
        if (exports != null) {
            exports.close();
        }
        if (shards != null) {
            shards.close();
        }
        if (fetcher != null) {
            fetcher.close();
        }
        if (server != null) {
            server.close();
        }
    }
}

package io.titankv.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.titankv.model.ShardMap;
import io.titankv.placement.run.NodeActions;
import io.titankv.placement.run.PlacementNode;
import io.titankv.proto.admin.v1.NodeState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a node is measured, and where that is shown: the registry that all its parts use, the parts that measure the process and
 * placement, and the endpoint for scrapers. When metrics are off, the registry keeps nothing. Thread-safe.
 */
final class NodeMetrics implements AutoCloseable {
    /** With dots: the registry makes of a name that ends so what Prometheus calls titan_node_build_info. */
    private static final String BUILD_INFO = "titan.node.build.info";

    /** Names of Micrometer's that Prometheus' rules for names forbid; the first is shown in seconds instead. */
    private static final Set<String> MISNAMED = Set.of("process.cpu.time", "system.cpu.count");

    private final MeterRegistry registry;
    private final Lifecycle stops;
    private final @Nullable HostPort address;

    private NodeMetrics(MeterRegistry registry, Lifecycle stops, @Nullable HostPort address) {
        this.registry = registry;
        this.stops = stops;
        this.address = address;
    }

    /**
     * Begins to measure and, unless metrics are off, to show it.
     *
     * @throws ServerStartException when it cannot listen
     */
    static NodeMetrics open(ServerOptions options) {
        HostPort where = options.metricsListen();
        Lifecycle stops = new Lifecycle();
        if (where == null) {
            return new NodeMetrics(new CompositeMeterRegistry(), stops, null);
        }
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        stops.onStop(registry::close);
        MetricsEndpoint endpoint;
        try {
            endpoint = MetricsEndpoint.start(
                    where, registry::scrape, options.nodeId().value(), MetricsEndpoint.TIME_MAX);
        } catch (IOException | RuntimeException e) {
            throw new ServerStartException(
                    "port " + where.port() + " on " + where.host() + " is in use or cannot be listened on, for metrics:"
                            + " stop what listens there, or choose another --metrics-listen HOST:PORT, or off",
                    e);
        }
        stops.onStop(endpoint::close);
        measureProcess(registry, stops, options);
        return new NodeMetrics(registry, stops, where.withPort(endpoint.port()));
    }

    private static void measureProcess(MeterRegistry registry, Lifecycle stops, ServerOptions options) {
        registry.config().meterFilter(MeterFilter.deny(id -> MISNAMED.contains(id.getName())));
        JvmGcMetrics collections = new JvmGcMetrics();
        collections.bindTo(registry);
        stops.onStop(collections::close);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        FunctionCounter.builder("titan_node_cpu_seconds_total", registry, _ -> cpuSeconds())
                .description("CPU time that the process used. Worry when its rate nears the number of cores.")
                .register(registry);
        Gauge.builder(BUILD_INFO, () -> 1)
                .description("Always 1; the labels say which node and version this is.")
                .tag("node", options.nodeId().value())
                .tag("version", ServerVersion.CURRENT)
                .tag("java", Runtime.version().toString())
                .register(registry);
    }

    private static double cpuSeconds() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(used -> used.toNanos() / 1e9)
                .orElse(Double.NaN);
    }

    /** Where all parts of the node are measured. */
    MeterRegistry registry() {
        return registry;
    }

    /** HOST:PORT of the endpoint; empty when metrics are off. */
    Optional<HostPort> address() {
        return Optional.ofNullable(address);
    }

    /** Shows what this node knows of the cluster, and the room on its disk. */
    void show(PlacementNode placement, NodeActions node) {
        gauge("titan_placement_ring_epoch", () -> placement.map().epoch().value(), """
            Version of the ring by which this node routes. Rises with every change of ownership; worry when nodes differ for \
            minutes.\
            """);
        for (NodeState state :
                new NodeState[] {NodeState.NODE_STATE_UP, NodeState.NODE_STATE_SUSPECT, NodeState.NODE_STATE_DEAD}) {
            Gauge.builder("titan_placement_nodes", () -> nodes(placement, state))
                    .description(
                            "Nodes of the cluster by state, as the placement leader last told this node. Worry about"
                                    + " any that is dead.")
                    .tag("state", state.name().substring("NODE_STATE_".length()).toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        gauge("titan_placement_leaderless_shards", () -> leaderless(placement.map()), """
            Shards without a known leader, by this node's routes. Some for seconds when a node stops; worry after a minute.\
            """);
        gauge("titan_placement_silence_seconds", () -> seconds(placement.silence()), """
            Time since this node heard from the placement leader; NaN: never since it started. Routes are served on, but what \
            is said of other nodes is old. Worry above 30 s.\
            """);
        gauge("titan_placement_outstanding_orders", placement::ordersUnderWay, """
            Orders of placement that this node carries out now. Worry when it stays above 0 for minutes.\
            """);
        gauge("titan_node_disk_free_bytes", () -> node.diskSpace().freeBytes(), """
            Free room on the disk of the data directory. Worry below a tenth; below 256 MiB writes are refused as DISK_FULL.\
            """);
        gauge("titan_node_disk_size_bytes", () -> node.diskSpace().totalBytes(), """
            Size of the disk of the data directory.\
            """);
    }

    /** Shows how long the node's certificate is good for. */
    void showCertificate(NodeSecurity security) {
        gauge("titan_node_certificate_remaining_seconds", () -> secondsLeft(security), """
            Time until the node's certificate for TLS ends; NaN: plain text. Worry below a week; at 0 nobody connects any more.\
            """);
    }

    private static double secondsLeft(NodeSecurity security) {
        return security.expiry()
                .map(end -> Duration.between(Instant.now(), end).toMillis() / 1e3)
                .orElse(Double.NaN);
    }

    private void gauge(String name, Supplier<Number> value, String description) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    private static long nodes(PlacementNode placement, NodeState state) {
        return placement
                .view()
                .map(view -> view.getNodesList().stream()
                        .filter(node -> node.getState() == state)
                        .count())
                .orElse(0L);
    }

    private static long leaderless(ShardMap map) {
        return map.shards().stream().filter(shard -> shard.leader().isEmpty()).count();
    }

    private static double seconds(Optional<Duration> silence) {
        return silence.map(since -> since.toNanos() / 1e9).orElse(Double.NaN);
    }

    /** Stops showing; what is measured is forgotten. Idempotent. */
    @Override
    public void close() {
        stops.close();
    }
}

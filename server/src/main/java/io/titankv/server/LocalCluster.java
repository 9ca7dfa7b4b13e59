package io.titankv.server;

import io.titankv.model.NodeId;
import io.titankv.placement.state.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** A whole cluster in one process, on loopback. The data of an earlier run in the same directory is served again. */
public final class LocalCluster implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private final List<TitanServer> servers;
    private final boolean foundData;

    private LocalCluster(List<TitanServer> servers, boolean foundData) {
        this.servers = List.copyOf(servers);
        this.foundData = foundData;
    }

    /**
     * Starts the nodes.
     *
     * @throws ServerStartException when a port is in use, the directory cannot be used, or holds a cluster of another size
     */
    public static LocalCluster start(LocalClusterOptions options) {
        int found = nodesIn(options.dataDir());
        if (found > 0 && found != options.nodes()) {
            throw new ServerStartException(
                    "data directory " + options.dataDir() + " holds a cluster of " + found + " nodes, not of "
                            + options.nodes() + ": start it with --nodes " + found + ", or choose another --data-dir");
        }
        List<ServerOptions> nodes = nodes(options);
        return new LocalCluster(startTogether(nodes), found > 0);
    }

    /** Side by side: a node waits before it votes again after a restart, and need not wait for the others' waits. */
    private static List<TitanServer> startTogether(List<ServerOptions> nodes) {
        List<TitanServer> started = new ArrayList<>();
        List<RuntimeException> failures = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(nodes.size())) {
            List<Future<TitanServer>> starting = nodes.stream()
                    .map(node -> threads.submit(() -> TitanServer.start(node)))
                    .toList();
            for (Future<TitanServer> start : starting) {
                try {
                    started.add(start.get());
                } catch (ExecutionException e) {
                    failures.add(e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    failures.add(new ServerStartException("interrupted while the cluster started", e));
                }
            }
        }
        if (!failures.isEmpty()) {
            stopAll(started);
            throw failures.getFirst();
        }
        return started;
    }

    private static List<ServerOptions> nodes(LocalClusterOptions options) {
        List<HostPort> ports = new ArrayList<>();
        List<HostPort> raftPorts = new ArrayList<>();
        List<HostPort> metricsPorts = new ArrayList<>();
        for (int i = 0; i < options.nodes(); i++) {
            boolean anyPort = options.firstPort() == 0;
            int port = anyPort ? FreePort.find() : options.firstPort() + i;
            OptionalInt raftPortBefore =
                    DataDirectory.raftPortBefore(options.dataDir().resolve(name(i)));
            int raftPort =
                    anyPort ? raftPortBefore.orElseGet(FreePort::find) : port + LocalClusterOptions.RAFT_PORT_DISTANCE;
            HostPort metricsPort = new HostPort(HOST, anyPort ? 0 : port + ServerOptions.METRICS_PORT_DISTANCE);
            metricsPorts.add(
                    options.metrics()
                            ? requireFree(
                                    metricsPort, "stop what listens there, choose another --port, or --no-metrics")
                            : metricsPort);
            ports.add(requireFree(new HostPort(HOST, port), "stop what listens there, or choose another --port"));
            raftPorts.add(requireFree(
                    new HostPort(HOST, raftPort),
                    raftPortBefore.isEmpty() || raftPortBefore.getAsInt() != raftPort
                            ? "stop what listens there, or choose another --port"
                            : "the cluster in " + options.dataDir() + " has it for good; is it running already?"));
        }
        List<ServerOptions> nodes = new ArrayList<>();
        for (int i = 0; i < options.nodes(); i++) {
            ServerOptions.Builder node = ServerOptions.builder(
                            new NodeId(name(i)), options.dataDir().resolve(name(i)))
                    .listen(ports.get(i))
                    .raftListen(raftPorts.get(i))
                    .metricsListen(metricsPorts.get(i))
                    .join(ports)
                    .bootstrap(i == 0)
                    .formation(new Settings(options.shards(), options.replicas(), options.valueBytesMax()))
                    .electionTimeout(options.electionTimeout())
                    .heapBytes(Runtime.getRuntime().maxMemory() / options.nodes())
                    .tls(options.tls());
            nodes.add((options.metrics() ? node : node.withoutMetrics()).build());
        }
        return nodes;
    }

    private static String name(int node) {
        return "n" + (node + 1);
    }

    /** Asks for all ports before any node starts, so that the answer names the one that is taken. */
    private static HostPort requireFree(HostPort address, String advice) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address.host(), address.port()));
            return address;
        } catch (IOException e) {
            throw new ServerStartException(
                    "port " + address.port() + " on " + address.host() + " is in use: " + advice, e);
        }
    }

    private static int nodesIn(Path dataDir) {
        try (Stream<Path> entries = Files.list(dataDir)) {
            return (int) entries.filter(entry -> entry.getFileName().toString().matches("n[1-9]"))
                    .count();
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new ServerStartException(
                    "data directory " + dataDir + " cannot be used: " + DataDirectory.reason(e), e);
        }
    }

    /** Gateways of all nodes, HOST:PORT, in order. */
    public List<String> addresses() {
        return servers.stream().map(TitanServer::address).toList();
    }

    /** Where the nodes show their metrics, HOST:PORT, in order; empty when that is off. */
    public List<String> metricsAddresses() {
        return servers.stream()
                .flatMap(server -> server.metricsAddress().stream())
                .toList();
    }

    public List<TitanServer> servers() {
        return servers;
    }

    /** True when the directory held a cluster already. */
    public boolean foundData() {
        return foundData;
    }

    /**
     * Returns when every shard has a leader.
     *
     * @throws ServerStartException when that does not come in time
     */
    public void awaitReady(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (TitanServer server : servers) {
            server.awaitReady(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        }
    }

    /** Stops all nodes. There is nobody to hand leadership to. */
    @Override
    public void close() {
        stopAll(servers);
    }

    /** All at once: none has to take over from another, and closing a node is mostly waiting. */
    private static void stopAll(List<TitanServer> servers) {
        Lifecycle stops = new Lifecycle();
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("titan-stop-", 1).factory())) {
            servers.stream()
                    .map(server -> threads.submit(server::stopWithoutHandOver))
                    .forEach(stopping -> stops.onStop(stopping::get));
            stops.close();
        }
    }
}

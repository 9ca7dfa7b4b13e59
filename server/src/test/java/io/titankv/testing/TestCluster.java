package io.titankv.testing;

import static org.awaitility.Awaitility.await;

import io.titankv.client.TitanClient;
import io.titankv.client.TitanClientBuilder;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.Limits;
import io.titankv.model.NodeId;
import io.titankv.placement.state.Settings;
import io.titankv.server.FreePort;
import io.titankv.server.HostPort;
import io.titankv.server.NodeTls;
import io.titankv.server.ServerOptions;
import io.titankv.server.TitanServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Real nodes in this JVM, on free loopback ports, in a temporary directory. Used by one thread at a time, but for {@link
 * #client}.
 */
public final class TestCluster implements AutoCloseable {
    /** How long anything may take before the test fails: generous, since test machines are busy. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path directory;
    private final Duration healAfter;
    private final @Nullable NodeTls tls;
    private final Partition partition = new Partition();
    private final Map<NodeId, ServerOptions> options = new LinkedHashMap<>();
    private final Map<NodeId, TitanServer> running = new LinkedHashMap<>();
    private final List<TitanClient> clients = new ArrayList<>();

    private TestCluster(Path directory, Duration healAfter, @Nullable NodeTls tls) {
        this.directory = directory;
        this.healAfter = healAfter;
        this.tls = tls;
    }

    /** Starts a cluster and waits until every shard has a leader. */
    public static TestCluster start(int nodes, int shards) {
        return start(nodes, shards, Math.min(3, nodes), Duration.ofMillis(500));
    }

    /** Starts a cluster and waits until every shard has a leader. */
    public static TestCluster start(int nodes, int shards, int replicas, Duration electionTimeout) {
        return start(nodes, new Settings(shards, replicas, Limits.VALUE_BYTES_DEFAULT_MAX), electionTimeout);
    }

    /** Starts a cluster and waits until every shard has a leader. */
    public static TestCluster start(int nodes, Settings formation, Duration electionTimeout) {
        return start(nodes, formation, electionTimeout, ServerOptions.HEAL_AFTER_DEFAULT);
    }

    /** Starts a cluster that gives the replicas of a node that is silent for so long to others. */
    public static TestCluster start(int nodes, Settings formation, Duration electionTimeout, Duration healAfter) {
        return start(nodes, formation, electionTimeout, healAfter, null);
    }

    /**
     * Starts a cluster that speaks TLS.
     *
     * @param tls with a certificate that names 127.0.0.1; null: plain text
     */
    public static TestCluster start(
            int nodes, Settings formation, Duration electionTimeout, Duration healAfter, @Nullable NodeTls tls) {
        try {
            TestCluster cluster = new TestCluster(Files.createTempDirectory("titan-cluster"), healAfter, tls);
            cluster.configure(nodes, formation, electionTimeout);
            cluster.options.keySet().forEach(cluster::restart);
            cluster.awaitReady();
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void configure(int nodes, Settings formation, Duration electionTimeout) {
        List<HostPort> ports = freePorts(2 * nodes);
        List<HostPort> join = ports.subList(0, nodes);
        for (int i = 0; i < nodes; i++) {
            configure(ports.get(i), ports.get(nodes + i), join, formation, electionTimeout);
        }
    }

    private NodeId configure(
            HostPort listen, HostPort raft, List<HostPort> join, Settings formation, Duration electionTimeout) {
        NodeId id = new NodeId("n" + (options.size() + 1));
        options.put(
                id,
                ServerOptions.builder(id, directory.resolve(id.value()))
                        .listen(listen)
                        .raftListen(raft)
                        .metricsListen(new HostPort("127.0.0.1", 0))
                        .join(join)
                        .bootstrap(options.isEmpty())
                        .formation(formation)
                        .electionTimeout(electionTimeout)
                        .healAfter(healAfter)
                        .tls(tls)
                        .gate(partition)
                        .build());
        return id;
    }

    /** Starts one more node, which joins the cluster. */
    public NodeId join() {
        ServerOptions first = options.values().iterator().next();
        List<HostPort> ports = freePorts(2);
        NodeId id =
                configure(ports.getFirst(), ports.getLast(), first.join(), first.formation(), first.electionTimeout());
        restart(id);
        return id;
    }

    private static List<HostPort> freePorts(int count) {
        return IntStream.generate(FreePort::find)
                .distinct()
                .limit(count)
                .mapToObj(port -> new HostPort("127.0.0.1", port))
                .toList();
    }

    public List<NodeId> nodes() {
        return List.copyOf(options.keySet());
    }

    /** Gateways of all nodes, HOST:PORT, running or not. */
    public List<String> endpoints() {
        return options.values().stream().map(node -> node.listen().toString()).toList();
    }

    public String endpoint(NodeId node) {
        return options(node).listen().toString();
    }

    /** A node that is running. */
    public TitanServer server(NodeId node) {
        TitanServer server = running.get(node);
        if (server == null) {
            throw new IllegalStateException("node is not running: " + node);
        }
        return server;
    }

    public List<NodeId> runningNodes() {
        return List.copyOf(running.keySet());
    }

    public Path dataDir(NodeId node) {
        return options(node).dataDir();
    }

    /** A client of all nodes, closed with the cluster. With TLS it shows the nodes' certificate. */
    public TitanClient client() {
        TitanClientBuilder builder = TitanClient.builder(endpoints().toArray(String[]::new));
        TitanClient client = (tls == null ? builder : builder.tls(tls.files())).build();
        clients.add(client);
        return client;
    }

    /** Stops a node gracefully: it hands over what it leads. */
    public void stop(NodeId node) {
        takeRunning(node).close();
    }

    /** Stops a node as {@code kill -9} would, as far as that goes within one JVM. */
    public void kill(NodeId node) {
        takeRunning(node).kill();
    }

    /** Starts a node that is not running, with its data. */
    public void restart(NodeId node) {
        if (running.containsKey(node)) {
            throw new IllegalStateException("node is running: " + node);
        }
        running.put(node, TitanServer.start(options(node)));
    }

    /** Cuts a node off from all others, both ways. Its clients still reach it. */
    public void isolate(NodeId node) {
        partition.isolate(options(node).nodeId());
    }

    /** Loses what one node says to another, not what it hears. */
    public void cut(NodeId from, NodeId to) {
        partition.cut(options(from).nodeId(), options(to).nodeId());
    }

    public void heal(NodeId node) {
        partition.heal(node);
    }

    public void healAll() {
        partition.healAll();
    }

    /** The node that leads the shard of a key as that node itself knows, when there is one. */
    public Optional<NodeId> leaderOf(Key key) {
        for (Map.Entry<NodeId, TitanServer> entry : running.entrySet()) {
            TitanServer server = entry.getValue();
            if (!server.routes().isEmpty()) {
                GroupId owner = server.routes().rangeOf(key.token()).owner();
                if (server.leads(owner)) {
                    return Optional.of(entry.getKey());
                }
            }
        }
        return Optional.empty();
    }

    /** Waits for a leader of the key's shard. */
    public NodeId awaitLeaderOf(Key key) {
        await().atMost(PATIENCE).until(() -> leaderOf(key).isPresent());
        return leaderOf(key).orElseThrow();
    }

    /** Waits until every running node serves. */
    public void awaitReady() {
        running.values().forEach(server -> server.awaitReady(PATIENCE));
    }

    /** The running nodes and what their replicas are at this moment. */
    @Override
    public String toString() {
        return running.values().stream().map(TitanServer::toString).collect(Collectors.joining("\n"));
    }

    private ServerOptions options(NodeId node) {
        ServerOptions found = options.get(node);
        if (found == null) {
            throw new IllegalArgumentException("no such node: " + node + " (there are " + options.keySet() + ")");
        }
        return found;
    }

    private TitanServer takeRunning(NodeId node) {
        TitanServer server = server(node);
        running.remove(node);
        return server;
    }

    @Override
    public void close() {
        partition.healAll();
        clients.forEach(TitanClient::close);
        clients.clear();
        List<TitanServer> left = List.copyOf(running.values());
        running.clear();
        left.forEach(TitanServer::kill);
        deleteAll(directory);
    }

    private static void deleteAll(Path root) {
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.titankv.multiraft.host;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Nodes n1, n2, ... in one JVM, each with its own directory and port, and a network between them that can be cut. */
public final class RaftCluster implements AutoCloseable {
    /** Generous: the tests share a small machine with others. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration AT_ONCE = Duration.ZERO;

    private final Path directory;
    private final UnaryOperator<RaftHostOptions> adjust;
    private final Map<NodeId, RaftHost> hosts = new ConcurrentHashMap<>();
    private final Map<NodeId, Member> members = new ConcurrentHashMap<>();
    private final Map<NodeId, Integer> ports = new ConcurrentHashMap<>();
    private final Map<NodeId, Map<GroupId, RecordingStateMachine>> machines = new ConcurrentHashMap<>();
    private final Set<NodeId> isolated = ConcurrentHashMap.newKeySet();
    private final Map<NodeId, SimpleMeterRegistry> registries = new ConcurrentHashMap<>();
    private final Map<NodeId, Disk> disks = new ConcurrentHashMap<>();
    private final List<NodeId> nodes = new ArrayList<>();

    /** A disk with as much room as a test says. */
    private static final class Disk {
        private final AtomicLong free = new AtomicLong(Long.MAX_VALUE);
        private final DiskGuard guard = new DiskGuard(free::get, 100 << 20);
    }

    private RaftCluster(Path directory, UnaryOperator<RaftHostOptions> adjust) {
        this.directory = directory;
        this.adjust = adjust;
    }

    public static RaftCluster start(Path directory, int nodes) {
        return start(directory, nodes, options -> options);
    }

    public static RaftCluster start(Path directory, int nodes, UnaryOperator<RaftHostOptions> adjust) {
        RaftCluster cluster = new RaftCluster(directory, adjust);
        for (int i = 1; i <= nodes; i++) {
            cluster.addNode(new NodeId("n" + i));
        }
        return cluster;
    }

    /** A node more; it holds no group yet. */
    public void addNode(NodeId node) {
        nodes.add(node);
        startNode(node, 0);
        String address = host(node).address();
        members.put(node, new Member(node, address));
        ports.put(node, Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
    }

    public RaftHostOptions options(NodeId node, int port) {
        return adjust.apply(new RaftHostOptions(
                node,
                "127.0.0.1",
                port,
                directory.resolve(node.value()).resolve("raft"),
                Duration.ofMillis(600),
                Duration.ofMillis(1200),
                () -> 64 << 10,
                RaftClusterOptions.entries(100, 100_000),
                64 << 20,
                disk(node).guard,
                (from, to) -> !isolated.contains(from) && !isolated.contains(to),
                null));
    }

    private Disk disk(NodeId node) {
        return disks.computeIfAbsent(node, _ -> new Disk());
    }

    /** Below 100 MiB the disk of a node is nearly full, below 50 exhausted. */
    void freeBytes(NodeId node, long bytes) throws IOException {
        disk(node).free.set(bytes);
        disk(node).guard.look();
    }

    private void startNode(NodeId node, int port) {
        hosts.put(node, RaftHost.start(options(node, port), group -> newMachine(node, group), registry(node)));
    }

    /** Where a node is measured; the same over its restarts. */
    public SimpleMeterRegistry registry(NodeId node) {
        return registries.computeIfAbsent(node, _ -> new SimpleMeterRegistry());
    }

    private RecordingStateMachine newMachine(NodeId node, GroupId group) {
        Path file = directory.resolve(node.value()).resolve("state-" + group);
        RecordingStateMachine machine = new RecordingStateMachine(
                file, other -> hosts.containsKey(other) && !isolated.contains(other) ? machine(other, group) : null);
        machines.computeIfAbsent(node, ignored -> new ConcurrentHashMap<>()).put(group, machine);
        return machine;
    }

    /** From now on the others are told to reach a node here. */
    void reachThrough(NodeId node, String address) {
        members.put(node, new Member(node, address));
    }

    public List<NodeId> nodes() {
        return List.copyOf(nodes);
    }

    public Member member(NodeId node) {
        return Objects.requireNonNull(members.get(node));
    }

    public List<Member> members(List<NodeId> of) {
        return of.stream().map(this::member).toList();
    }

    public RaftHost host(NodeId node) {
        RaftHost host = hosts.get(node);
        if (host == null) {
            throw new IllegalStateException(node + " is not running");
        }
        return host;
    }

    public Replica replica(NodeId node, GroupId group) {
        return host(node).replica(group).orElseThrow();
    }

    public RecordingStateMachine machine(NodeId node, GroupId group) {
        return Objects.requireNonNull(Objects.requireNonNull(machines.get(node)).get(group));
    }

    /** Creates the group on all nodes and waits for its leader. */
    public NodeId create(GroupId group) {
        nodes.forEach(node -> host(node).create(group, members(nodes)));
        return leader(group);
    }

    /** Waits for the node that leads, among those that run and are not cut off. */
    public NodeId leader(GroupId group) {
        return await().pollDelay(AT_ONCE).atMost(PATIENCE).until(() -> leaderOrNull(group), found -> found != null);
    }

    private @Nullable NodeId leaderOrNull(GroupId group) {
        return nodes.stream()
                .filter(node -> hosts.containsKey(node) && !isolated.contains(node))
                .filter(node -> host(node).replica(group).isPresent())
                .filter(node -> replica(node, group).status().leads())
                .findFirst()
                .orElse(null);
    }

    /** Those besides. */
    public List<NodeId> others(NodeId node) {
        return nodes.stream().filter(other -> !other.equals(node)).toList();
    }

    public ProposeOutcome propose(NodeId at, GroupId group, String text) {
        try {
            return replica(at, group)
                    .propose(ByteString.copyFromUtf8(text))
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("a proposal must always be answered", e);
        }
    }

    /** Proposes at whoever leads until it is applied. Retries only what is known not to have happened. */
    public ProposeOutcome.Applied apply(GroupId group, String text) {
        return await().pollDelay(AT_ONCE)
                .atMost(PATIENCE)
                .until(
                        () -> propose(leader(group), group, text) instanceof ProposeOutcome.Applied applied
                                ? applied
                                : null,
                        applied -> applied != null);
    }

    public BarrierOutcome barrier(NodeId at, GroupId group) {
        try {
            return replica(at, group).readBarrier().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("a barrier must always be answered", e);
        }
    }

    /** Waits until the state of a node holds exactly these entries. */
    public void awaitTexts(NodeId node, GroupId group, List<String> texts) {
        await().pollDelay(AT_ONCE)
                .atMost(PATIENCE)
                .untilAsserted(() -> org.assertj.core.api.Assertions.assertThat(
                                machine(node, group).texts())
                        .isEqualTo(texts));
    }

    public void isolate(NodeId node) {
        isolated.add(node);
    }

    public void heal() {
        isolated.clear();
    }

    public void kill(NodeId node) {
        Objects.requireNonNull(hosts.remove(node)).kill();
    }

    public void stop(NodeId node) {
        Objects.requireNonNull(hosts.remove(node)).close();
    }

    /** Where a node listens itself. */
    int port(NodeId node) {
        return Objects.requireNonNull(ports.get(node));
    }

    /** Starts a node that was killed or stopped, on its old port. */
    public void restart(NodeId node) {
        startNode(node, port(node));
    }

    public Path raftDirectory(NodeId node) {
        return directory.resolve(node.value()).resolve("raft");
    }

    /** Where Ratis keeps the log of a group. */
    public Path logDirectory(NodeId node, GroupId group) {
        return new Directories(raftDirectory(node)).currentLogOf(group);
    }

    @Override
    public void close() {
        hosts.values().parallelStream().forEach(RaftHost::kill);
        hosts.clear();
    }
}

package io.titankv.multiraft.shard;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.DiskGuard;
import io.titankv.multiraft.host.LogBounds;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.RaftHost;
import io.titankv.multiraft.host.RaftHostOptions;
import io.titankv.multiraft.snapshot.CheckpointFetcher;
import io.titankv.multiraft.snapshot.CheckpointRegistry;
import io.titankv.multiraft.snapshot.CheckpointServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One shard on three nodes in one JVM: real Raft, real engines, real files. */
final class ShardCluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(2);
    static final GroupId GROUP = new GroupId(1);
    static final int ENTRY_BYTES_MAX = 256 << 10;

    /** What runs on a node. */
    private final class Node implements AutoCloseable {
        final CheckpointRegistry registry = new CheckpointRegistry();
        final CheckpointFetcher fetcher = new CheckpointFetcher("c1", ShardCluster.this::channel, _ -> {});
        final CheckpointServer files;
        final Server server;
        final ShardHost shards;
        final RaftHost raft;
        final SimpleMeterRegistry meters = new SimpleMeterRegistry();

        Node(NodeId id, int port) throws IOException {
            Path home = directory.resolve(id.value());
            files = CheckpointServer.start("c1", home.resolve("checkpoints"), registry);
            server = InProcessServerBuilder.forName(name(id))
                    .addService(files)
                    .build()
                    .start();
            shards = ShardHost.start(
                    ShardHostOptions.defaults(id, home.resolve("shards"), "c1", disk(id)),
                    fetcher,
                    registry,
                    (group, what) -> corruptions.add(id + ": " + what),
                    InstantSource.system(),
                    meters);
            raft = RaftHost.start(options(id, port, home.resolve("raft")), shards::stateMachine, meters);
            raft.replicas().forEach(shards::attach);
        }

        void kill() {
            raft.kill();
            closeRest();
        }

        @Override
        public void close() {
            raft.close();
            closeRest();
        }

        private void closeRest() {
            shards.close();
            fetcher.close();
            server.shutdownNow();
            files.close();
        }
    }

    private final Path directory;
    private final Map<NodeId, Node> running = new ConcurrentHashMap<>();
    private final Map<NodeId, Member> members = new ConcurrentHashMap<>();
    private final Map<NodeId, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final Set<NodeId> isolated = ConcurrentHashMap.newKeySet();
    private final Map<NodeId, AtomicLong> freeBytes = new ConcurrentHashMap<>();
    private final Map<NodeId, DiskGuard> disks = new ConcurrentHashMap<>();
    final Set<String> corruptions = ConcurrentHashMap.newKeySet();
    final List<NodeId> nodes = List.of(new NodeId("n1"), new NodeId("n2"), new NodeId("n3"));

    ShardCluster(Path directory) {
        this.directory = directory;
        for (NodeId node : nodes) {
            start(node, 0);
            members.put(node, new Member(node, node(node).raft.address()));
        }
        List<Member> all =
                nodes.stream().map(members::get).map(Objects::requireNonNull).toList();
        for (NodeId node : nodes) {
            node(node).shards.attach(node(node).raft.create(GROUP, all));
        }
        await().atMost(PATIENCE)
                .until(() -> shard(leader())
                        .assignRanges(new Epoch(1), List.of(TokenRange.WHOLE), Duration.ofSeconds(10))
                        .join());
    }

    private RaftHostOptions options(NodeId node, int port, Path raft) {
        return new RaftHostOptions(
                node,
                "127.0.0.1",
                port,
                raft,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                () -> ENTRY_BYTES_MAX,
                // Few, so that logs are purged soon.
                new LogBounds(1, Long.MAX_VALUE, 40, Long.MAX_VALUE, Duration.ofMinutes(10)),
                64 << 20,
                disk(node),
                (from, to) -> !isolated.contains(from) && !isolated.contains(to),
                null);
    }

    private DiskGuard disk(NodeId node) {
        return disks.computeIfAbsent(node, _ -> new DiskGuard(room(node)::get, 100 << 20));
    }

    /** The free bytes of a node's disk, looked at each second; below 100 MiB it is nearly full. */
    AtomicLong room(NodeId node) {
        return freeBytes.computeIfAbsent(node, _ -> new AtomicLong(Long.MAX_VALUE));
    }

    private String name(NodeId node) {
        return directory + "/" + node;
    }

    private ManagedChannel channel(NodeId node) {
        return channels.computeIfAbsent(
                node, id -> InProcessChannelBuilder.forName(name(id)).build());
    }

    private void start(NodeId node, int port) {
        try {
            running.put(node, new Node(node, port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Node node(NodeId node) {
        return Objects.requireNonNull(running.get(node), () -> node + " does not run");
    }

    Shard shard(NodeId node) {
        return node(node).shards.shard(GROUP).orElseThrow();
    }

    /** For those who do not know whether it runs: another thread may kill it at any moment. */
    @Nullable
    Shard shardOrNull(NodeId node) {
        Node found = running.get(node);
        return found == null ? null : found.shards.shard(GROUP).orElse(null);
    }

    RaftHost raft(NodeId node) {
        return node(node).raft;
    }

    CheckpointFetcher.Counts fetched(NodeId node) {
        return node(node).fetcher.counts();
    }

    NodeId leader() {
        return await().atMost(PATIENCE).until(this::leaderOrNull, Objects::nonNull);
    }

    @Nullable
    NodeId leaderOrNull() {
        return nodes.stream()
                .filter(node -> !isolated.contains(node))
                .filter(node -> {
                    Shard shard = shardOrNull(node);
                    return shard != null && shard.status().leads();
                })
                .findFirst()
                .orElse(null);
    }

    List<NodeId> others(NodeId node) {
        return nodes.stream().filter(other -> !other.equals(node)).toList();
    }

    WriteOutcome write(NodeId at, ShardWrite write) {
        return shard(at).write(write, Duration.ofSeconds(20)).join();
    }

    /** Writes at whoever leads until it is done. */
    WriteOutcome.Written put(String key, String value) {
        return await().atMost(PATIENCE)
                .until(
                        () -> write(leader(), TestWrites.put(key, value)) instanceof WriteOutcome.Written written
                                ? written
                                : null,
                        Objects::nonNull);
    }

    ReadOutcome read(NodeId at, String key, Freshness freshness) {
        return shard(at)
                .read(Key.of(key), freshness, new Epoch(1), Duration.ofSeconds(20), bytes -> true)
                .join();
    }

    /** The value by a linearizable read at whoever leads; null when absent. */
    @Nullable
    String value(String key) {
        ReadOutcome[] answer = new ReadOutcome[1];
        await().atMost(PATIENCE).until(() -> {
            answer[0] = read(leader(), key, new Freshness.Linearizable());
            return answer[0] instanceof ReadOutcome.Found || answer[0] instanceof ReadOutcome.Absent;
        });
        return answer[0] instanceof ReadOutcome.Found found ? text(found.value()) : null;
    }

    static String text(ByteString value) {
        return value.toStringUtf8();
    }

    void isolate(NodeId node) {
        isolated.add(node);
    }

    void heal() {
        isolated.clear();
    }

    void kill(NodeId node) {
        Objects.requireNonNull(running.remove(node)).kill();
    }

    void restart(NodeId node) {
        String address = Objects.requireNonNull(members.get(node)).raftAddress();
        start(node, Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
    }

    /** The files of a node's current engine. */
    List<Path> engineFiles(NodeId node) throws IOException {
        Path shard = directory.resolve(node.value()).resolve("shards").resolve(GROUP.toString());
        String current = Files.readString(shard.resolve("CURRENT")).strip();
        try (Stream<Path> files = Files.list(shard.resolve(current))) {
            return files.sorted().toList();
        }
    }

    @Override
    public void close() {
        running.values().forEach(Node::kill);
        running.clear();
        channels.values().forEach(ManagedChannel::shutdownNow);
    }
}

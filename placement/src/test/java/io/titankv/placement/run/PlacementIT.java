package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.ChangeOutcome;
import io.titankv.multiraft.host.DiskGuard;
import io.titankv.multiraft.host.LogBounds;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.Membership;
import io.titankv.multiraft.host.NetworkGate;
import io.titankv.multiraft.host.RaftHost;
import io.titankv.multiraft.host.RaftHostOptions;
import io.titankv.multiraft.host.Replica;
import io.titankv.placement.state.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Placement over real Raft: three voters in one JVM, threads and clocks as in a server. */
final class PlacementIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long HEAP_BYTES = 256L << 20;
    private static final List<String> INITIAL = List.of("n1", "n2", "n3");

    @TempDir
    private Path directory = Path.of("unset");

    private final String prefix = UUID.randomUUID() + "/";
    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final Map<String, Node> nodes = new TreeMap<>();
    private final Map<String, Integer> raftPorts = new TreeMap<>();
    /** What the shards' leaders were given: shards' own state is not placement's business. */
    private final Map<GroupId, Epoch> assigned = new ConcurrentHashMap<>();

    @AfterEach
    void end() {
        nodes.values().forEach(Node::stop);
        channels.values().forEach(ManagedChannel::shutdownNow);
    }

    @Test
    void aClusterFormsLosesItsLeaderRestartsAndGrows() {
        INITIAL.forEach(name -> start(name, name.equals("n1"), INITIAL));
        awaitServing("n1", "n2", "n3");
        String id = node("n1").placement.clusterId().orElseThrow();

        // The placement leader dies; the others go on, with routes that are newer and never lead back to it.
        String leader = node("n1").placement.view().orElseThrow().getPlacementLeaderNodeId();
        ShardMap before = node(leader).placement.map();
        node(leader).kill();
        nodes.remove(leader);
        String survivor = nodes.keySet().iterator().next();
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(node(survivor).placement.view().orElseThrow().getPlacementLeaderNodeId())
                    .isIn(nodes.keySet());
            ShardMap map = node(survivor).placement.map();
            assertThat(map.isNewerThan(before)).isTrue();
            assertThat(map.shards())
                    .allMatch(shard -> shard.leader()
                            .filter(node -> !node.value().equals(leader))
                            .isPresent());
        });
        start(leader, leader.equals("n1"), INITIAL);
        awaitServing("n1", "n2", "n3");

        // All stop and start again.
        nodes.values().forEach(Node::stop);
        nodes.clear();
        INITIAL.forEach(name -> start(name, name.equals("n1"), INITIAL));
        awaitServing("n1", "n2", "n3");
        // One more.
        start("n4", false, List.of("n2"));
        awaitServing("n1", "n2", "n3", "n4");
        nodes.values().forEach(node -> assertThat(node.placement.clusterId()).contains(id));
        assertThat(node("n4").placement.map().nodes()).hasSize(4);
        assertThat(node("n4").copyBytesPerSecondMax).isPositive();
    }

    private void awaitServing(String... names) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            for (String name : names) {
                PlacementNode placement = node(name).placement;
                assertThat(placement.fault()).isEmpty();
                ShardMap map = placement.map();
                assertThat(map.shards()).hasSize(2);
                assertThat(map.shards()).allMatch(shard -> shard.leader().isPresent());
                assertThat(map.nodes()).hasSize(names.length);
                assertThat(placement.view()).hasValueSatisfying(view -> {
                    assertThat(view.getCreatingShardIdsList()).isEmpty();
                    assertThat(view.getShardsList())
                            .allMatch(shard -> shard.getReplicasList().stream()
                                    .allMatch(replica -> replica.getFault().isEmpty()));
                });
                assertThat(placement.silence())
                        .hasValueSatisfying(silence -> assertThat(silence).isLessThan(HealthChecks.SILENCE_MAX));
            }
        });
    }

    private Node node(String name) {
        return Optional.ofNullable(nodes.get(name)).orElseThrow();
    }

    private void start(String name, boolean bootstrap, List<String> join) {
        try {
            nodes.put(name, new Node(name, bootstrap, join));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Channel channel(String address) {
        return channels.computeIfAbsent(
                address,
                ignored -> InProcessChannelBuilder.forName(prefix + address).build());
    }

    private int raftPort(String name) throws IOException {
        Integer known = raftPorts.get(name);
        if (known == null) {
            try (ServerSocket socket = new ServerSocket(0)) {
                known = socket.getLocalPort();
            }
            raftPorts.put(name, known);
        }
        return known;
    }

    /** A node wired as a server does it. */
    private final class Node extends ActionsWithoutTransfers {
        private final NodeId id;
        private final PlacementNode placement;
        private final RaftHost raft;
        private final Server server;

        Node(String name, boolean bootstrap, List<String> join) throws IOException {
            this.id = new NodeId(name);
            String address = name + ":7400";
            Path data = directory.resolve(name);
            placement = PlacementNode.open(
                    new PlacementOptions(
                            id,
                            data,
                            join.stream().map(other -> other + ":7400").toList(),
                            bootstrap,
                            new Settings(2, 3, 1 << 20),
                            Map.of(),
                            2,
                            "test",
                            PlacementOptions.Timings.DEFAULT),
                    PlacementEnvironment.of(
                            PlacementIT.this::channel, request -> CompletableFuture.completedFuture(Optional.empty())));
            raft = RaftHost.start(
                    new RaftHostOptions(
                            id,
                            "127.0.0.1",
                            raftPort(name),
                            data.resolve("raft"),
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(2),
                            () -> 2 << 20,
                            LogBounds.forHeap(HEAP_BYTES),
                            HEAP_BYTES,
                            new DiskGuard(DiskGuard.of(data), 0),
                            NetworkGate.OPEN,
                            null),
                    group -> group.isPlacement() ? placement.stateMachine() : new NoState(),
                    new SimpleMeterRegistry());
            InProcessServerBuilder builder = InProcessServerBuilder.forName(prefix + address);
            placement.services().forEach(builder::addService);
            server = builder.build().start();
            placement.start(new NodeContact(address, raft.address()), this);
        }

        void stop() {
            placement.close();
            server.shutdownNow();
            raft.close();
        }

        void kill() {
            server.shutdownNow();
            raft.kill();
            placement.close();
        }

        @Override
        public Optional<Replica> placementReplica() {
            return raft.replica(GroupId.PLACEMENT);
        }

        @Override
        public void createReplica(GroupId group, List<Member> members) {
            raft.create(group, members);
        }

        @Override
        public void removeReplica(GroupId group) {
            raft.remove(group);
        }

        @Override
        public CompletableFuture<Boolean> assignRanges(GroupId group, Epoch epoch, List<TokenRange> ranges) {
            assigned.put(group, epoch);
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<Boolean> transferLeadership(GroupId group, NodeId target) {
            return raft.replica(group).orElseThrow().transferLeadership(target, Duration.ofSeconds(10));
        }

        @Override
        public CompletableFuture<Boolean> changeMembers(GroupId group, Membership expected, Membership wanted) {
            return raft.changeMembers(group, expected, wanted).thenApply(ChangeOutcome.Changed.class::isInstance);
        }

        @Override
        public List<ReplicaReport> localReplicas() {
            return raft.replicas().stream().map(this::report).toList();
        }

        @Override
        public long[] drainSampledTokens(GroupId group) {
            return new long[0];
        }

        private ReplicaReport report(Replica replica) {
            GroupId group = replica.group();
            Epoch epoch = assigned.getOrDefault(group, Epoch.NONE);
            return new ReplicaReport(
                    group, replica.status(), 0, epoch, 0, 0, 0, raft.committedMembership(group), Optional.empty(), 0);
        }

        @Override
        public DiskSpace diskSpace() {
            return new DiskSpace(500, 1_000);
        }
    }
}

package io.titankv.placement.run;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.Membership;
import io.titankv.multiraft.host.Replica;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whole nodes of placement over a simulated Raft, in-process gRPC and a clock that the test moves. Shards are simulated by what
 * their nodes would report. All steps are taken by the test's thread, one node after the other.
 */
final class SimCluster implements AutoCloseable {
    static final Duration TICK = Duration.ofMillis(250);

    final SimRaft raft = new SimRaft();
    final SimShards data = new SimShards(
            id -> node(id.value()).placement.leadershipChanged(),
            address -> Optional.of(new NodeId(address.split(":", 2)[0])));
    final Map<GroupId, SimShard> shards = data.all;
    final Map<String, SimNode> nodes = new TreeMap<>();
    Settings settings = new Settings(6, 3, 1 << 20);
    final Set<NodeId> unableToLead = new HashSet<>();

    private final Path directory;
    private final String prefix = UUID.randomUUID() + "/";
    private final Map<String, ManagedChannel> channels = new HashMap<>();
    private long nowNanos = 1_000_000_000L;

    SimCluster(Path directory) {
        this.directory = directory;
    }

    final class SimNode extends SimRangeActions {
        final SimFiles files;
        final PlacementNode placement;
        private final @Nullable Server server;
        private @Nullable Replica replica;
        boolean up = true;

        SimNode(String name, String directoryName, boolean bootstrap, List<String> join, SimFiles files) {
            super(new NodeId(name), data);
            this.files = files;
            Path home = directory.resolve(directoryName);
            this.placement = PlacementNode.open(
                    new PlacementOptions(
                            id,
                            home,
                            join.stream().map(SimCluster::address).toList(),
                            bootstrap,
                            settings,
                            Map.of("zone", "z-" + name),
                            2,
                            "test",
                            PlacementOptions.Timings.DEFAULT),
                    new PlacementEnvironment(
                            SimCluster.this::channel,
                            request -> CompletableFuture.completedFuture(Optional.empty()),
                            files,
                            () -> nowNanos,
                            () -> Instant.EPOCH.plusNanos(nowNanos),
                            new Random(directoryName.hashCode())));
            try {
                InProcessServerBuilder builder =
                        InProcessServerBuilder.forName(prefix + address(name)).directExecutor();
                placement.services().forEach(builder::addService);
                this.server = builder.build().start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (placementLogs.contains(home.toString())) {
                replica = raft.open(id, List.of(), placement.stateMachine());
            }
            placement.prepare(new NodeContact(address(name), "raft-" + name + ":7401"), this, Runnable::run);
        }

        private String dataKey() {
            return directory.resolve(id.value()).toString();
        }

        @Override
        public Optional<Replica> placementReplica() {
            return Optional.ofNullable(replica);
        }

        @Override
        public void createReplica(GroupId group, List<Member> members) {
            if (group.isPlacement()) {
                if (replica == null) {
                    placementLogs.add(dataKey());
                    replica = raft.open(id, members, placement.stateMachine());
                }
                return;
            }
            data.create(group, id, members);
        }

        @Override
        public void removeReplica(GroupId group) {
            if (group.isPlacement()) {
                raft.stop(id);
                placementLogs.remove(dataKey());
                replica = null;
                return;
            }
            data.remove(group, id, isRetired(group));
        }

        @Override
        public CompletableFuture<Boolean> changeMembers(GroupId group, Membership expected, Membership wanted) {
            boolean changed = group.isPlacement()
                    ? raft.change(id, expected, wanted)
                    : id.equals(data.shard(group).leader) && data.shard(group).change(expected, wanted, upIds());
            changes += changed ? 1 : 0;
            return CompletableFuture.completedFuture(changed);
        }

        @Override
        public CompletableFuture<Boolean> transferLeadership(GroupId group, NodeId target) {
            if (group.isPlacement()) {
                return CompletableFuture.completedFuture(raft.transfer(id, target));
            }
            SimShard shard = data.shard(group);
            SimNode other = nodes.get(target.value());
            if (!id.equals(shard.leader)
                    || other == null
                    || !other.up
                    || !shard.replicas.contains(target)
                    || unableToLead.contains(target)) {
                return CompletableFuture.completedFuture(false);
            }
            shard.leader = target;
            shard.term++;
            transfers++;
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public List<ReplicaReport> localReplicas() {
            List<ReplicaReport> reports = new ArrayList<>();
            Replica placementReplica = replica;
            if (placementReplica != null) {
                reports.add(new ReplicaReport(
                        GroupId.PLACEMENT,
                        placementReplica.status(),
                        0,
                        Epoch.NONE,
                        0,
                        0,
                        0,
                        raft.membership(id),
                        Optional.empty(),
                        0));
            }
            shards.forEach((group, shard) -> {
                if (shard.replicas.contains(id)) {
                    reports.add(shard.report(group, id, faults.get(group + "@" + id), data.caughtUpAfter));
                }
            });
            return reports;
        }

        @Override
        public DiskSpace diskSpace() {
            return new DiskSpace(data.freeBytes.getOrDefault(id, diskFree), diskTotal);
        }

        /** Dies without a word. */
        void kill() {
            up = false;
            if (server != null) {
                server.shutdownNow();
            }
            raft.stop(id);
            shards.values().forEach(shard -> {
                if (id.equals(shard.leader)) {
                    shard.leader = null;
                }
            });
        }
    }

    final Set<String> placementLogs = new HashSet<>();
    final Map<String, String> faults = new HashMap<>();
    long diskFree = 500;
    long diskTotal = 1_000;
    int transfers;
    int changes;

    static String address(String name) {
        return name + ":7400";
    }

    private Channel channel(String address) {
        return channels.computeIfAbsent(
                address,
                ignored -> InProcessChannelBuilder.forName(prefix + address)
                        .directExecutor()
                        .build());
    }

    Channel channelTo(String name) {
        return channel(address(name));
    }

    /** Starts nodes that were told of each other; the first founds the cluster. */
    void startInitial(String... names) {
        for (String name : names) {
            start(name, name.equals(names[0]), List.of(names));
        }
    }

    SimNode start(String name, boolean bootstrap, List<String> join) {
        return start(name, name, bootstrap, join, SimFiles.healthy());
    }

    SimNode start(String name, String directoryName, boolean bootstrap, List<String> join, SimFiles files) {
        SimNode node = new SimNode(name, directoryName, bootstrap, join, files);
        nodes.put(name, node);
        return node;
    }

    SimNode node(String name) {
        return Optional.ofNullable(nodes.get(name)).orElseThrow();
    }

    Collection<SimNode> upNodes() {
        return nodes.values().stream().filter(node -> node.up).toList();
    }

    Set<NodeId> upIds() {
        return upNodes().stream().map(node -> node.id).collect(Collectors.toSet());
    }

    /** Lets so much time pass, with every node taking its steps. */
    void run(Duration time) {
        run(time, () -> false);
    }

    /** The same, but stops where it is as soon as it is so: looked at between any two steps of nodes. Returns whether it was. */
    boolean run(Duration time, BooleanSupplier stop) {
        for (long end = nowNanos + time.toNanos(); nowNanos < end; nowNanos += TICK.toNanos()) {
            raft.electIfNeeded();
            data.tick(upIds());
            for (SimNode node : upNodes()) {
                step(node, node.placement::leaderStep);
                if (stop.getAsBoolean()) {
                    return true;
                }
                step(node, node.placement::agentStep);
                if (stop.getAsBoolean()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void step(SimNode node, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            if (!node.files.hasCrashed()) {
                throw e;
            }
        }
    }

    /** Whether placement has retired the group, or has forgotten that it did. */
    boolean isRetired(GroupId group) {
        GroupRecord record = state().groups().get(group);
        return record == null || record.state() == GroupRecord.State.RETIRED;
    }

    /** As the node that is furthest has it. */
    PlacementState state() {
        return upNodes().stream()
                .map(node -> node.placement.state())
                .max(Comparator.comparingLong(PlacementState::revision))
                .orElseThrow();
    }

    @Override
    public void close() {
        nodes.values().forEach(SimNode::kill);
        nodes.values().forEach(node -> node.placement.close());
        channels.values().forEach(ManagedChannel::shutdownNow);
    }
}

package io.titankv.server;

import io.titankv.gateway.LocalShards;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.RaftHost;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.shard.Shard;
import io.titankv.multiraft.shard.ShardHost;
import io.titankv.placement.run.NodeActions;
import io.titankv.placement.run.ReplicaReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** This node's replicas, as placement orders them and the gateway uses them. Thread-safe. */
final class NodeReplicas implements NodeActions, LocalShards {
    /** How long a shard's first assignment may take before placement asks again. */
    private static final Duration ASSIGN_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration TRANSFER_TIMEOUT = Duration.ofSeconds(2);

    private final RaftHost raft;
    private final Supplier<ShardHost> shards;
    private final Path dataDir;

    /** @param shards the host of the shards; asked only when there is a shard, so when the cluster is known */
    NodeReplicas(RaftHost raft, Supplier<ShardHost> shards, Path dataDir) {
        this.raft = raft;
        this.shards = shards;
        this.dataDir = dataDir;
    }

    /** Gives every shard that was found on disk its replica. Call once, before anything else. */
    void attachFound() {
        for (Replica replica : raft.replicas()) {
            if (!replica.group().isPlacement()) {
                shards.get().attached(replica);
            }
        }
    }

    @Override
    public Optional<Shard> shard(GroupId group) {
        return group.isPlacement()
                ? Optional.empty()
                : raft.replica(group).flatMap(replica -> shards.get().attached(replica));
    }

    @Override
    public Optional<Replica> placementReplica() {
        return raft.replica(GroupId.PLACEMENT);
    }

    @Override
    public synchronized void createReplica(GroupId group, List<Member> members) {
        if (raft.replica(group).isPresent()) {
            return;
        }
        Replica replica = raft.create(group, members);
        if (!group.isPlacement()) {
            shards.get().attached(replica);
        }
    }

    @Override
    public synchronized void removeReplica(GroupId group) {
        raft.remove(group);
    }

    @Override
    public CompletableFuture<Boolean> assignRanges(GroupId group, Epoch epoch, List<TokenRange> ranges) {
        return shard(group)
                .map(shard -> shard.assignRanges(epoch, ranges, ASSIGN_TIMEOUT))
                .orElseGet(() -> CompletableFuture.completedFuture(false));
    }

    @Override
    public CompletableFuture<Boolean> transferLeadership(GroupId group, NodeId target) {
        return raft.replica(group)
                .map(replica -> replica.transferLeadership(target, TRANSFER_TIMEOUT))
                .orElseGet(() -> CompletableFuture.completedFuture(false));
    }

    @Override
    public List<ReplicaReport> localReplicas() {
        List<ReplicaReport> reports = new ArrayList<>();
        for (Replica replica : raft.replicas()) {
            reports.add(shard(replica.group())
                    .map(shard -> report(replica, shard.state()))
                    .orElseGet(() -> new ReplicaReport(replica.group(), replica.status(), 0, Epoch.NONE, 0, 0, 0)));
        }
        return reports;
    }

    private static ReplicaReport report(Replica replica, Shard.ShardState state) {
        return new ReplicaReport(
                replica.group(),
                replica.status(),
                state.ranges().size(),
                state.epoch(),
                state.keys(),
                state.liveBytes(),
                state.deadBytes());
    }

    @Override
    public DiskSpace diskSpace() {
        try {
            FileStore disk = Files.getFileStore(dataDir);
            return new DiskSpace(disk.getUsableSpace(), disk.getTotalSpace());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.engine.EngineStats;
import io.titankv.engine.ScanSpec;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.ProposeOutcome;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.host.ReplicaStatus;
import io.titankv.proto.durable.v1.ShardResult;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A shard over a replica: writes go through its proposer, reads through its read levels. Thread-safe. */
final class ReplicatedShard implements Shard, AutoCloseable {
    private final Replica replica;
    private final ShardStateMachine state;
    private final Proposer proposer;
    private final ShardReads reads;
    private final Supplier<List<NodeId>> fullDisks;

    /** @param fullDisks of the nodes for whose sake writes that take space are refused now */
    ReplicatedShard(
            Replica replica,
            ShardStateMachine state,
            Proposer proposer,
            ShardReads reads,
            Supplier<List<NodeId>> fullDisks) {
        this.replica = replica;
        this.state = state;
        this.proposer = proposer;
        this.reads = reads;
        this.fullDisks = fullDisks;
    }

    @Override
    public GroupId group() {
        return replica.group();
    }

    @Override
    public CompletableFuture<WriteOutcome> write(ShardWrite write, Duration timeout) {
        if (takesSpace(write)) {
            List<NodeId> full = fullDisks.get();
            if (!full.isEmpty()) {
                return CompletableFuture.completedFuture(new WriteOutcome.DiskFull(full));
            }
        }
        return proposer.submit(write, timeout);
    }

    @Override
    public CompletableFuture<List<WriteOutcome>> writeAtomically(List<ShardWrite> writes, Duration timeout) {
        if (writes.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        if (writes.stream().anyMatch(ReplicatedShard::takesSpace)) {
            List<NodeId> full = fullDisks.get();
            if (!full.isEmpty()) {
                return CompletableFuture.completedFuture(
                        Collections.nCopies(writes.size(), new WriteOutcome.DiskFull(full)));
            }
        }
        return proposer.submitAtomically(writes, timeout);
    }

    @Override
    public CompletableFuture<ReadOutcome> read(
            Key key, Freshness freshness, Epoch epoch, Duration timeout, ValueRoom room) {
        return reads.read(key, freshness, timeout, room);
    }

    @Override
    public CompletableFuture<ReadOutcome> scan(ScanSpec spec, Freshness freshness, Epoch epoch, Duration timeout) {
        return reads.scan(spec, freshness, timeout);
    }

    @Override
    public CompletableFuture<ReadOutcome> count(TokenRange range, Freshness freshness, Epoch epoch, Duration timeout) {
        return reads.count(range, freshness, timeout);
    }

    @Override
    public CompletableFuture<Boolean> assignRanges(Epoch epoch, List<TokenRange> ranges, Duration timeout) {
        return replica.propose(ShardCommands.assignRanges(epoch, ranges))
                .completeOnTimeout(
                        new ProposeOutcome.Undetermined("not answered in time"),
                        timeout.toNanos(),
                        TimeUnit.NANOSECONDS)
                .thenApply(outcome -> outcome instanceof ProposeOutcome.Applied applied && stands(applied.result()));
    }

    @Override
    public CompletableFuture<Void> awaitReplicatedToAll(long index, Duration timeout) {
        return replica.awaitReplicatedToAll(index, timeout);
    }

    @Override
    public ReplicaStatus status() {
        return replica.status();
    }

    @Override
    public boolean leads() {
        return replica.leads();
    }

    @Override
    public ShardState state() {
        Ownership owned = state.ownership();
        StoreLease lease = state.leaseOrNull();
        ShardStore store = lease == null ? null : lease.acquireOrNull();
        if (lease == null || store == null) {
            return new ShardState(owned.ranges(), owned.epoch(), 0, 0, 0);
        }
        try {
            EngineStats stats = store.stats();
            return new ShardState(owned.ranges(), owned.epoch(), stats.keys(), stats.liveBytes(), stats.deadBytes());
        } finally {
            lease.release();
        }
    }

    @Override
    public void close() {
        proposer.close();
    }

    private static boolean takesSpace(ShardWrite write) {
        return write.action() instanceof ShardWrite.Action.Put;
    }

    private static boolean stands(ByteString bytes) {
        try {
            return ShardResult.parseFrom(bytes).getAssignRanges().getStands();
        } catch (InvalidProtocolBufferException e) {
            return false;
        }
    }
}

package io.titankv.multiraft.shard;

import com.google.common.annotations.VisibleForTesting;
import com.google.protobuf.ByteString;
import io.titankv.engine.CorruptDataException;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.ReplicatedStateMachine;
import io.titankv.multiraft.snapshot.CheckpointSource;
import io.titankv.multiraft.snapshot.GenerationDirectory;
import io.titankv.multiraft.snapshot.StateFetcher;
import io.titankv.multiraft.transfer.Export;
import io.titankv.multiraft.transfer.ExportLostException;
import io.titankv.multiraft.transfer.ExportSource;
import io.titankv.proto.durable.v1.AlreadyApplied;
import io.titankv.proto.durable.v1.ShardResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A shard's state: an engine, and beside the records in it, as metadata, what the shard owns, the last version it gave, and what
 * it answered to clients that number their writes.
 *
 * <p>Every entry becomes one batch at its own position, so that whatever a crash cuts off is applied again and nothing else is.
 * Writing is exclusive: entries are applied by the group's apply thread, checkpoints are made by others, one at a time under
 * {@link #writing}; so a checkpoint of an idle group waits for nothing. Reading is free: {@link #leaseOrNull}.
 */
final class ShardStateMachine implements ReplicatedStateMachine, CheckpointSource, ExportSource {
    private static final ByteString ALREADY_APPLIED = ShardResult.newBuilder()
            .setAlreadyApplied(AlreadyApplied.getDefaultInstance())
            .build()
            .toByteString();

    /** Told who leads. */
    @FunctionalInterface
    interface LeadershipListener {
        void onLeadership(@Nullable NodeId leader, long term, boolean self);
    }

    private final GroupId group;
    private final GenerationDirectory generations;
    private final ShardStore.Opener opener;
    private final StateFetcher fetcher;
    private final ReplicaFaultListener faults;
    private final Runnable onDestroyed;

    /** Held while the store is written, swapped or checkpointed. */
    private final ReentrantLock writing = new ReentrantLock();

    /** The open store; null before the first open and after close. Written under {@link #writing}, read by anyone. */
    private volatile @Nullable StoreLease lease;

    private final ExportFeed exports = new ExportFeed();

    /** Written under {@link #writing}. */
    private final AppliedState applied;

    /** Why nothing is written any more; null while all is well. */
    private volatile @Nullable String fault;

    private volatile LeadershipListener leadership = (leader, term, self) -> {};

    /** The last position that Raft said holds nothing for us. Under {@link #writing}. */
    private LogPosition lastSkipped = LogPosition.NONE;

    /** Guards {@link #staging}: a lock of its own, because Ratis asks under a lock that must not wait for {@link #writing}. */
    private final Object stagingGuard = new Object();

    /** The fetch under way, or the last one. Under {@link #stagingGuard}. */
    private @Nullable CompletableFuture<@Nullable LogPosition> staging;

    ShardStateMachine(
            GroupId group,
            GenerationDirectory generations,
            ShardStore.Opener opener,
            StateFetcher fetcher,
            ReplicaFaultListener faults,
            Runnable onDestroyed,
            Runnable transferNews) {
        this.group = group;
        this.generations = generations;
        this.opener = opener;
        this.fetcher = fetcher;
        this.faults = faults;
        this.onDestroyed = onDestroyed;
        this.applied = new AppliedState(exports, transferNews);
    }

    GroupId group() {
        return group;
    }

    @Override
    public LogPosition open() {
        writing.lock();
        try {
            closeStore();
            return watched(() -> {
                ShardStore store = opener.open(generations.currentOrCreate());
                try {
                    generations.deleteOthers();
                    applied.load(store);
                    fault = null;
                } catch (RuntimeException e) {
                    store.close();
                    throw e;
                }
                lastSkipped = LogPosition.NONE;
                lease = new StoreLease(store);
                return store.applied();
            });
        } finally {
            writing.unlock();
        }
    }

    @Override
    public ByteString apply(LogPosition position, ByteString entry) {
        writing.lock();
        try {
            ShardStore store = requireStore();
            if (position.index() <= store.applied().index()) {
                return ALREADY_APPLIED;
            }
            return watched(() ->
                    applied.apply(store, position, ShardCommands.parse(entry)).toByteString());
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void skipped(LogPosition position) {
        writing.lock();
        try {
            lastSkipped = position;
        } finally {
            writing.unlock();
        }
    }

    /**
     * What Raft skipped is noted here, once a snapshot: else the log of a group that only changes its members would never be
     * purged.
     */
    @Override
    public LogPosition makeDurable() {
        writing.lock();
        try {
            ShardStore store = requireStore();
            return watched(() -> {
                if (lastSkipped.index() > store.applied().index()) {
                    store.apply(new ShardBatch(lastSkipped, List.of(applied.clock())));
                }
                return store.sync();
            });
        } finally {
            writing.unlock();
        }
    }

    @Override
    public CompletableFuture<@Nullable LogPosition> stageSnapshot(NodeId leader, LogPosition firstInLog) {
        // Called under Ratis' lock of the group: waits for nothing, the apply thread included.
        CompletableFuture<@Nullable LogPosition> staged = new CompletableFuture<>();
        synchronized (stagingGuard) {
            CompletableFuture<@Nullable LogPosition> running = staging;
            if (running != null && !running.isDone()) {
                return running;
            }
            staging = staged;
        }
        LogPosition have = appliedOrNull();
        var _ = fetcher.fetch(new StateFetcher.FetchRequest(
                        group,
                        leader,
                        firstInLog.index(),
                        have == null ? LogPosition.NONE : have,
                        generations.incoming(),
                        have == null || fault != null ? Optional.empty() : Optional.of(this)))
                .thenApply(fetched -> {
                    fetched.ifPresent(position -> generations.switchToIncoming());
                    return fetched;
                })
                .whenComplete((fetched, failure) -> {
                    if (failure != null) {
                        staged.completeExceptionally(failure);
                    } else {
                        staged.complete(fetched.orElse(null));
                    }
                });
        return staged;
    }

    @Override
    public void onLeadership(@Nullable NodeId leader, long term, boolean self) {
        leadership.onLeadership(leader, term, self);
    }

    /** Makes a checkpoint on the calling thread, which may take as long as a few fsyncs. */
    @Override
    public CompletableFuture<CheckpointFiles> checkpoint(Path target) {
        StoreLease open = lease;
        ShardStore early = open == null ? null : open.acquireOrNull();
        if (open == null || early == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("the shard is not open: " + group));
        }
        try {
            // Most of what the checkpoint must sync is synced here, while entries are applied.
            var _ = early.sync();
        } finally {
            open.release();
        }
        writing.lock();
        try {
            ShardStore store = requireStore();
            return CompletableFuture.completedFuture(watched(() -> store.checkpoint(target)));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void destroy() {
        close();
        generations.deleteAll();
        onDestroyed.run();
    }

    @Override
    public void close() {
        writing.lock();
        try {
            closeStore();
        } finally {
            writing.unlock();
        }
    }

    /** The open store for reading, in a lease that the caller gives back; null when it is not open. */
    @Nullable
    StoreLease leaseOrNull() {
        return lease;
    }

    /** The last position whose effect is in the store; null when it is not open. */
    @Nullable
    LogPosition appliedOrNull() {
        StoreLease open = lease;
        ShardStore store = open == null ? null : open.acquireOrNull();
        if (open == null || store == null) {
            return null;
        }
        try {
            return store.applied();
        } finally {
            open.release();
        }
    }

    Ownership ownership() {
        return applied.ownership();
    }

    /** The range transfer that the shard takes part in. */
    TransferPart transferPart() {
        return applied.transferPart();
    }

    @Override
    public Export openExport(long transfer, List<TokenRange> ranges) throws ExportLostException {
        StoreLease open = lease;
        ShardStore store = open == null ? null : open.acquireOrNull();
        if (open == null || store == null || fault != null) {
            throw new ExportLostException("the replica of " + group + " does not serve");
        }
        try {
            ChangesSince changes = new ChangesSince(transfer, ranges);
            watchChanges(transfer, ranges, open, changes);
            changes.addClients(Sessions.clientNames(store));
            long keys = ranges.stream()
                    .mapToLong(range -> store.count(range.startInclusive(), range.endExclusive()))
                    .sum();
            return new RangeExport(open, exports, changes, ranges, keys);
        } finally {
            open.release();
        }
    }

    /** Under the lock: whatever is applied from then on is noted. */
    private void watchChanges(long transfer, List<TokenRange> ranges, StoreLease open, ChangesSince changes)
            throws ExportLostException {
        writing.lock();
        try {
            if (!open.equals(lease)) {
                throw new ExportLostException("the store of " + group + " was replaced");
            }
            if (requireExportable(transfer, ranges)) {
                changes.freeze(applied.lastVersion());
            }
            exports.add(changes);
        } finally {
            writing.unlock();
        }
    }

    /** True when the ranges are frozen for this transfer already. */
    private boolean requireExportable(long transfer, List<TokenRange> ranges) throws ExportLostException {
        if (applied.transferPart().isSettled(transfer)) {
            throw new ExportLostException("transfer " + transfer + " is settled in " + group);
        }
        TransferPart.UnderWay other = applied.transferPart().underWay();
        boolean isFrozen = other instanceof TransferPart.Export && other.transfer() == transfer;
        if (other != null && !isFrozen) {
            throw new ExportLostException(group + " takes part in transfer " + other.transfer());
        }
        Ownership owned = applied.ownership();
        if (ranges.isEmpty() || !TokenRanges.containAll(isFrozen ? owned.frozen() : owned.ranges(), ranges)) {
            throw new ExportLostException("this replica of " + group + " does not own " + ranges + " yet, or any more");
        }
        return isFrozen;
    }

    /** As a range transfer would. */
    @VisibleForTesting
    void replaceOwnershipForTest(Ownership replaced) {
        applied.replaceOwnership(replaced);
    }

    @Nullable
    String faultOrNull() {
        return fault;
    }

    void listenToLeadership(LeadershipListener listener) {
        leadership = listener;
    }

    /** Notes that the state here is bad and must be rebuilt. Any thread. */
    void onCorruptData(CorruptDataException corrupt) {
        String what = String.valueOf(corrupt.getMessage());
        fault = what;
        faults.onCorruptData(group, what);
    }

    /** Notes that the disk failed: what was written is not known to be there any more. Any thread. */
    void onStorageFault(RuntimeException failure) {
        fault = String.valueOf(failure.getMessage());
    }

    private ShardStore requireStore() {
        StoreLease open = Invariants.present(lease, "the shard is open");
        String bad = fault;
        if (bad != null) {
            throw new ShardFaultException("the replica is out of service: " + bad, null);
        }
        return open.owned();
    }

    private void closeStore() {
        StoreLease open = lease;
        lease = null;
        exports.lost("the replica's store was closed");
        if (open != null) {
            open.close();
        }
    }

    /** Work on the store; whatever goes wrong in it is final for this replica. */
    private <T> T watched(Supplier<T> work) {
        try {
            return work.get();
        } catch (CorruptDataException e) {
            onCorruptData(e);
            throw e;
        } catch (RuntimeException e) {
            onStorageFault(e);
            throw e;
        }
    }
}

package io.titankv.multiraft.shard;

import io.titankv.engine.CorruptDataException;
import io.titankv.engine.EngineException;
import io.titankv.engine.StorageException;
import io.titankv.multiraft.host.DiskGuard;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done to all shards of a node now and then, on one thread: syncing, so that a snapshot on the apply thread finds little
 * left to sync; merging, within a budget; looking at the disk's free space. Confined to the maintenance thread.
 */
final class Maintenance {
    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);

    /** A merge is asked for so much at a time, so that no shard keeps the others waiting. */
    private static final long MERGE_SLICE_BYTES = 4L << 20;

    /** So many rounds nothing is merged after a merge found no room. A guess. */
    private static final int REST_ROUNDS = 60;

    /** A shard under care. */
    record Tended(ShardStateMachine state, ShardCounters counters) {}

    private final Supplier<Collection<Tended>> shards;
    private final DiskGuard disk;
    private final long mergeBytesPerRound;

    /** Bytes that may still be merged; below 0 after a slice that took more than it was given. */
    private long mergeBudgetBytes;

    private int roundsOfRest;

    Maintenance(Supplier<Collection<Tended>> shards, DiskGuard disk, long mergeBytesPerRound) {
        this.shards = shards;
        this.disk = disk;
        this.mergeBytesPerRound = mergeBytesPerRound;
    }

    /** One round over all shards. */
    void round() {
        look();
        List<Tended> now = List.copyOf(shards.get());
        for (Tended shard : now) {
            maybeSync(shard);
            look(); // between two looks what comes is only guessed, and a sync may take its time
        }
        mergeBudgetBytes = Math.min(mergeBudgetBytes + mergeBytesPerRound, mergeBytesPerRound);
        if (roundsOfRest > 0) {
            roundsOfRest--;
        } else {
            mergeAll(now);
        }
    }

    private void look() {
        try {
            disk.look();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("free space of the disk cannot be read");
        }
    }

    /** In turns; on a disk that is nearly full one shard after the other, as each merge needs room until it is done. */
    private void mergeAll(List<Tended> shards) {
        boolean merged = true;
        while (merged && mergeBudgetBytes > 0) {
            merged = false;
            for (Tended shard : shards) {
                long bytes;
                do {
                    bytes = mergeBudgetBytes > 0 && roundsOfRest == 0 ? merge(shard) : 0;
                    mergeBudgetBytes -= bytes;
                    merged |= bytes > 0;
                } while (bytes > 0 && disk.full());
            }
        }
    }

    private void maybeSync(Tended shard) {
        var _ = onStore(shard, store -> {
            if (store.applied().index() > store.synced().index()) {
                store.sync();
                shard.counters().backgroundSyncs.increment();
            }
            return 0;
        });
    }

    private long merge(Tended shard) {
        long bytes = onStore(shard, this::merge);
        look();
        shard.counters().mergedBytes.add(bytes);
        shard.counters().merging = bytes > 0;
        return bytes;
    }

    /** Nothing is lost by a merge that found no room: what it had written is dropped. */
    private long merge(ShardStore store) {
        try {
            return store.mergeSome(Math.min(MERGE_SLICE_BYTES, mergeBudgetBytes));
        } catch (StorageException e) {
            look();
            if (e.stopsWriting() || !disk.full()) {
                throw e;
            }
            LOG.atWarn().setCause(e).log("no room to merge: it rests for a while");
            roundsOfRest = REST_ROUNDS;
            return 0;
        }
    }

    private interface Work {
        long on(ShardStore store);
    }

    private static long onStore(Tended shard, Work work) {
        ShardStateMachine state = shard.state();
        StoreLease lease = state.leaseOrNull();
        if (state.faultOrNull() != null || lease == null) {
            return 0;
        }
        ShardStore store = lease.acquireOrNull();
        if (store == null) {
            return 0;
        }
        try {
            return work.on(store);
        } catch (CorruptDataException e) {
            LOG.atError().addKeyValue("shard", state.group()).setCause(e).log("corrupt data");
            state.onCorruptData(e);
            return 0;
        } catch (EngineException e) {
            LOG.atError().addKeyValue("shard", state.group()).setCause(e).log("storage failed: the replica stops");
            state.onStorageFault(e);
            return 0;
        } finally {
            lease.release();
        }
    }
}

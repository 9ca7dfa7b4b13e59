package io.titankv.multiraft.shard;

import io.titankv.engine.CorruptDataException;
import io.titankv.engine.EngineListener;
import io.titankv.proto.durable.v1.WriteOperation;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** What a shard did since it was made, for metrics. Counters only rise. Thread-safe. */
public final class ShardCounters {
    final LongAdder entriesProposed = new LongAdder();
    final LongAdder writesProposed = new LongAdder();
    final LongAdder writesBusy = new LongAdder();
    final LongAdder writesTimedOut = new LongAdder();
    final LongAdder writesUndetermined = new LongAdder();
    final LongAdder readsServed = new LongAdder();
    final LongAdder readsBusy = new LongAdder();
    final LongAdder mergedBytes = new LongAdder();
    final LongAdder backgroundSyncs = new LongAdder();
    final LongAdder merges = new LongAdder();
    final LongAdder reclaimedBytes = new LongAdder();
    final LongAdder corruptFiles = new LongAdder();

    /** Where reads and writes are: a scan where its page begins. */
    final TokenSample sampled = new TokenSample();

    /** Whether there was something to merge when that was looked for last. */
    volatile boolean merging;

    private final ShardMeters meters;

    /** Counters of a shard that is not measured otherwise. */
    ShardCounters() {
        this(ShardMeters.NONE);
    }

    /** @param meters where entries are measured */
    ShardCounters(ShardMeters meters) {
        this.meters = meters;
    }

    /** An entry goes to Raft, whose oldest write has waited so long. */
    void onProposed(List<WriteOperation> writes, long bytes, long queuedNanos) {
        entriesProposed.increment();
        writesProposed.add(writes.size());
        writes.forEach(write -> sampled.note(write.getToken()));
        meters.onProposed(writes.size(), bytes, queuedNanos);
    }

    /** Counts what the shard's engine does. */
    EngineListener engineListener() {
        return new EngineListener() {
            @Override
            public void onMerged(Merged merged) {
                merges.increment();
                reclaimedBytes.add(Math.max(0, merged.bytesBefore() - merged.bytesAfter()));
            }

            @Override
            public void onCorruption(CorruptDataException corruption) {
                corruptFiles.increment();
            }
        };
    }

    /**
     * The counters at about one moment.
     *
     * @param entriesProposed Raft entries proposed; writesProposed / entriesProposed is how well writes are gathered
     * @param writesProposed writes in them
     * @param writesBusy writes refused because too much was waiting
     * @param writesTimedOut writes whose time was over before they were proposed
     * @param writesUndetermined writes answered without knowing whether they were done
     * @param readsServed reads answered from the engine
     * @param readsBusy reads refused because too much was waiting
     * @param mergedBytes bytes read and written by merges
     * @param backgroundSyncs fsyncs of the engine in the background
     */
    public record Values(
            long entriesProposed,
            long writesProposed,
            long writesBusy,
            long writesTimedOut,
            long writesUndetermined,
            long readsServed,
            long readsBusy,
            long mergedBytes,
            long backgroundSyncs) {}

    public Values values() {
        return new Values(
                entriesProposed.sum(),
                writesProposed.sum(),
                writesBusy.sum(),
                writesTimedOut.sum(),
                writesUndetermined.sum(),
                readsServed.sum(),
                readsBusy.sum(),
                mergedBytes.sum(),
                backgroundSyncs.sum());
    }
}

package io.titankv.multiraft.shard;

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

    ShardCounters() {}

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

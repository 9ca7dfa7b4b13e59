package io.titankv.multiraft.host;

import java.time.Duration;

/**
 * How much of a group's log stays, and when a snapshot lets go of the rest. Immutable.
 *
 * <p>What stays lets a replica that was away for a while catch up from the log; one that was away longer fetches the state. A snapshot
 * is taken by whichever bound is reached first, and lets go of what lies behind whichever of the kept bounds is reached first: so the log
 * has at most the sum of both, and a segment, in bytes as in entries.
 *
 * @param entriesKept entries that stay behind a snapshot, at least 1
 * @param bytesKept bytes of entries that are enough to stay, at least 1
 * @param snapshotEveryEntries a snapshot is taken after so many entries, at least 1
 * @param snapshotEveryBytes or after so many bytes of them, at least 1
 * @param snapshotEvery or after this time if there is anything new, so that quiet groups' logs do not stay
 */
public record LogBounds(
        int entriesKept, long bytesKept, int snapshotEveryEntries, long snapshotEveryBytes, Duration snapshotEvery) {
    /** Ratis has an index of each log on the heap: about 130 bytes an entry, reckoned from its objects. */
    private static final int HEAP_TO_ENTRY = 32 << 10;

    private static final int ENTRIES_MIN = 1_000;
    private static final int ENTRIES_MAX = 20_000;
    private static final long BYTES = 64L << 20;
    private static final Duration SNAPSHOT_EVERY = Duration.ofMinutes(5);

    public LogBounds {
        if (entriesKept < 1 || bytesKept < 1 || snapshotEveryEntries < 1 || snapshotEveryBytes < 1) {
            throw new IllegalArgumentException("bounds of a log must be above 0: " + entriesKept + ", " + bytesKept
                    + ", " + snapshotEveryEntries + ", " + snapshotEveryBytes);
        }
    }

    /**
     * 64 MiB or 20,000 entries kept, and a snapshot after as much again or five minutes; fewer entries on a small heap.
     *
     * @param heapBytes the node's part of the JVM's heap
     */
    public static LogBounds forHeap(long heapBytes) {
        int entries = Math.clamp(heapBytes / HEAP_TO_ENTRY, ENTRIES_MIN, ENTRIES_MAX);
        return new LogBounds(entries, BYTES, entries, BYTES, SNAPSHOT_EVERY);
    }
}

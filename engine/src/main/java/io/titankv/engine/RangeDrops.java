package io.titankv.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Answers whether a record was buried by any of a set of range drops. Immutable. */
final class RangeDrops {
    static final RangeDrops NONE = of(List.of());

    /**
     * One range drop.
     *
     * @param endExclusive 0 stands for 2^64
     */
    record Drop(long startInclusive, long endExclusive, long index, int ordinal) {
        boolean covers(long token) {
            return Long.compareUnsigned(startInclusive, token) <= 0
                    && (endExclusive == 0 || Long.compareUnsigned(token, endExclusive) < 0);
        }

        boolean buries(long token, long recordIndex, int recordOrdinal) {
            return covers(token) && RecordOrder.isBefore(recordIndex, recordOrdinal, index, ordinal);
        }
    }

    /** Where stretches of the ring begin, unsigned ascending, the first one 0; no drop begins or ends inside a stretch. */
    private final long[] starts;

    /** The last drop that covers a stretch, null when none does. */
    private final Drop[] lastDrops;

    private RangeDrops(long[] starts, Drop[] lastDrops) {
        this.starts = starts;
        this.lastDrops = lastDrops;
    }

    static RangeDrops of(List<Drop> drops) {
        long[] starts = boundsOf(drops);
        Drop[] lastDrops = new Drop[starts.length];
        List<Drop> lastFirst = new ArrayList<>(drops);
        lastFirst.sort((left, right) -> left.index() != right.index()
                ? Long.compare(right.index(), left.index())
                : Integer.compare(right.ordinal(), left.ordinal()));
        for (Drop drop : lastFirst) {
            for (int i = stretchOf(starts, drop.startInclusive()); i < starts.length && drop.covers(starts[i]); i++) {
                if (lastDrops[i] == null) {
                    lastDrops[i] = drop;
                }
            }
        }
        return new RangeDrops(starts, lastDrops);
    }

    boolean bury(long token, long index, int ordinal) {
        Drop last = lastDrops[stretchOf(starts, token)];
        return last != null && RecordOrder.isBefore(index, ordinal, last.index(), last.ordinal());
    }

    private static long[] boundsOf(List<Drop> drops) {
        long[] bounds = new long[drops.size() * 2 + 1];
        int count = 1;
        for (Drop drop : drops) {
            bounds[count++] = drop.startInclusive();
            bounds[count++] = drop.endExclusive();
        }
        // Sorting with the sign bit flipped sorts as unsigned.
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] ^= Long.MIN_VALUE;
        }
        Arrays.sort(bounds);
        int distinct = 0;
        for (long bound : bounds) {
            long start = bound ^ Long.MIN_VALUE;
            if (distinct == 0 || bounds[distinct - 1] != start) {
                bounds[distinct++] = start;
            }
        }
        return Arrays.copyOf(bounds, distinct);
    }

    /** The stretch that holds the token. */
    private static int stretchOf(long[] starts, long token) {
        int low = 0;
        int high = starts.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (Long.compareUnsigned(starts[middle], token) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}

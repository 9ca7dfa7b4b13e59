package io.titankv.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tokens of keys that were put without a look at the record that was there: the keydir has both, the older one first, until a check
 * finds out whether they are of one key. Bounded, by number and by the older records' bytes. Confined to the write lock.
 */
final class UncheckedTokens {
    /** About a megabyte of heap. A guess: the checks come in the order of the disk when there are many, and cost little beside merges. */
    static final int TOKENS_MAX = 16_384;

    private final long bytesMax;

    /** Bytes of the older record. */
    private final Map<Long, Integer> olderBytes = new HashMap<>();

    private long bytes;

    private volatile long additions;

    /** @param bytesMax bound of the older records' bytes, all together */
    UncheckedTokens(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Whether so many more, with older records of so many bytes, are within the bounds. */
    boolean haveRoomFor(int tokens, long moreBytes) {
        return olderBytes.size() + tokens <= TOKENS_MAX && bytes + moreBytes <= bytesMax;
    }

    boolean contains(long token) {
        return !olderBytes.isEmpty() && olderBytes.containsKey(token);
    }

    void add(long token, int olderRecordBytes) {
        remove(token);
        olderBytes.put(token, olderRecordBytes);
        bytes += olderRecordBytes;
        long before = additions;
        additions = before + 1;
    }

    /** How many were ever added. Any thread. */
    long additions() {
        return additions;
    }

    void remove(long token) {
        Integer removed = olderBytes.remove(token);
        if (removed != null) {
            bytes -= removed;
        }
    }

    /** Forgets the tokens of a range that holds nothing any more; an end of 0 stands for 2^64. */
    void removeRange(long startInclusive, long endExclusive) {
        if (!olderBytes.isEmpty()) {
            within(startInclusive, endExclusive).forEach(this::remove);
        }
    }

    /** The tokens of a range, in no order; an end of 0 stands for 2^64. */
    List<Long> within(long startInclusive, long endExclusive) {
        List<Long> found = new ArrayList<>();
        for (long token : olderBytes.keySet()) {
            if (Long.compareUnsigned(token, startInclusive) >= 0
                    && (endExclusive == 0 || Long.compareUnsigned(token, endExclusive) < 0)) {
                found.add(token);
            }
        }
        return found;
    }

    int size() {
        return olderBytes.size();
    }

    /** Bytes of the older records, all together. */
    long bytes() {
        return bytes;
    }
}

package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What part of the ring a scan reads.
 *
 * @param startInclusive first token, unsigned
 * @param endExclusive the token after the last, unsigned; 0 stands for 2^64
 * @param afterKey among the keys whose token is {@code startInclusive}, only those greater than this one (unsigned bytewise);
 *     null: all of them
 * @param recordsMax at most so many records a page, 1 or more
 * @param bytesMax a page ends when its keys and values reach this many bytes, 1 or more; it holds at least one record
 * @param withValues whether to read the values
 */
public record ScanSpec(
        long startInclusive,
        long endExclusive,
        @Nullable MemorySegment afterKey,
        int recordsMax,
        long bytesMax,
        boolean withValues) {
    public ScanSpec {
        requireRange(startInclusive, endExclusive);
        if (recordsMax < 1 || bytesMax < 1) {
            throw new IllegalArgumentException("a page holds at least one record");
        }
    }

    /** Refuses a range that ends before it begins. A range may be empty: start and end the same, but for 0, which is the ring. */
    static void requireRange(long startInclusive, long endExclusive) {
        if (endExclusive != 0 && Long.compareUnsigned(startInclusive, endExclusive) > 0) {
            throw new IllegalArgumentException("range ends before it begins: " + Long.toUnsignedString(startInclusive)
                    + " to " + Long.toUnsignedString(endExclusive));
        }
    }
}

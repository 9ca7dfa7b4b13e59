package io.titankv.benchmarks.rheakv;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a region begins and ends: bytes in order, as RheaKV keeps them. Keys of the load are well mixed, so regions of as many first
 * two bytes have as many keys. Immutable.
 *
 * @param id from 1 on
 * @param start null for the first region
 * @param end exclusive; null for the last region
 */
@SuppressWarnings("ArrayRecordComponent") // handed to RheaKV, never compared
record Bounds(long id, byte @Nullable [] start, byte @Nullable [] end) {
    private static final int TWO_BYTES = 1 << 16;

    /** That many regions, which are all keys together. */
    static List<Bounds> of(int regions) {
        List<Bounds> all = new ArrayList<>();
        for (int i = 0; i < regions; i++) {
            all.add(new Bounds(i + 1L, boundOrNull(i, regions), boundOrNull(i + 1, regions)));
        }
        return all;
    }

    private static byte @Nullable [] boundOrNull(int index, int regions) {
        if (index == 0 || index == regions) {
            return null;
        }
        int first = (int) ((long) TWO_BYTES * index / regions);
        return new byte[] {(byte) (first >> 8), (byte) first};
    }
}

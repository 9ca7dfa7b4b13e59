package io.titankv.engine;

import java.lang.foreign.MemorySegment;

/**
 * Where a token must lie among sorted ones. Tokens are hashes and so spread evenly over any stretch of the ring, which makes the place
 * of one a matter of proportion: an interpolation search (Perl, Itai, Avni, "Interpolation Search: a Log Log N Search", CACM 1978)
 * touches one or two cache lines where a binary one touches five.
 */
final class TokenSearch {
    private TokenSearch() {}

    /**
     * About where the token is.
     *
     * @param low first token of the stretch
     * @param end the token after its last, 0 for 2^64
     * @param count how many tokens are in the stretch, 1 or more
     * @return 0 to count - 1
     */
    static int guess(long token, long low, long end, int count) {
        // Halves, because the numbers are unsigned. An empty stretch, which a torn read may show, gives the last place.
        double share = (double) ((token - low) >>> 1) / (double) ((end - 1 - low) >>> 1);
        return (int) Math.max(0.0, Math.min(share * count, count - 1.0));
    }

    /**
     * The first entry whose token is not below {@code token}: from the guess on in steps that double, then by halves, so that a bad
     * guess costs no more than a binary search does.
     */
    static int lowerBoundNear(int guess, MemorySegment slab, long base, int entries, long token) {
        int low = guess;
        int high = guess;
        if (compare(slab, base, guess, token) < 0) {
            low++;
            high++;
            for (int step = 1; high < entries && compare(slab, base, high, token) < 0; step *= 2) {
                low = high + 1;
                high = Math.min(entries, low + step);
            }
        } else {
            for (int step = 1; low > 0 && compare(slab, base, low - 1, token) >= 0; step *= 2) {
                high = low - 1;
                low = Math.max(0, high - step);
            }
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compare(slab, base, middle, token) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Below zero when the token of the entry is below {@code token}, and so on. */
    static int compare(MemorySegment slab, long base, int index, long token) {
        return Long.compareUnsigned(KeydirPages.token(slab, base + (long) index * KeydirPages.ENTRY_BYTES), token);
    }
}

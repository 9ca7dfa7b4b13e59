package io.titankv.placement.plan;

import io.titankv.model.TokenRange;
import java.util.List;

/** Looking things up in a ring, and cutting its ranges. Pure functions. */
final class Rings {
    private Rings() {}

    /** The range of the ring that holds a token. */
    static int indexOf(List<RangeModel> ring, long token) {
        int low = 0;
        int high = ring.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (Long.compareUnsigned(ring.get(middle).range().startInclusive(), token) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The first token after this part of a range, 0 .. 1 from its start. */
    static long tokenAt(TokenRange range, double part) {
        double tokens = range.share() * 0x1p64 * part;
        long offset = tokens < 0x1p63 ? (long) tokens : (long) (tokens - 0x1p63) ^ Long.MIN_VALUE;
        return range.startInclusive() + offset;
    }

    /** The smallest part of a range that may be cut off, above 0; 1 when it cannot be cut. */
    static double narrowest(TokenRange range) {
        double part = RangeModel.WIDTH_MIN / (range.share() * 0x1p64);
        return part <= 0.5 ? part : 1;
    }

    /** Whether a range can be cut so that both parts are wide enough. */
    static boolean canCut(TokenRange range, double part) {
        double tokens = range.share() * 0x1p64;
        return tokens * part >= RangeModel.WIDTH_MIN && tokens * (1 - part) >= RangeModel.WIDTH_MIN;
    }
}

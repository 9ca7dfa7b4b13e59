package io.titankv.client.session;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before try n: doubling from {@code first} to {@code max}, each time a random part between half and the whole
 * of it, so that many clients that lost one server do not return in step. Immutable.
 *
 * @param first above zero
 * @param max at least {@code first}
 */
public record Backoff(Duration first, Duration max) {
    /** 2^20 times any first delay is beyond every sensible maximum. */
    private static final int DOUBLINGS_MAX = 20;

    public Backoff {
        if (first.isNegative() || first.isZero() || first.compareTo(max) > 0) {
            throw new IllegalArgumentException("backoff must have 0 < first <= max: " + first + ", " + max);
        }
    }

    /**
     * The wait after so many failures.
     *
     * @param failures tries that failed one after another, 1 or more
     */
    public Duration after(int failures, RandomGenerator random) {
        int doublings = Math.clamp(failures - 1L, 0, DOUBLINGS_MAX);
        long whole = Math.min(max.toNanos(), saturatedShift(first.toNanos(), doublings));
        return Duration.ofNanos(whole - random.nextLong(whole / 2 + 1));
    }

    private static long saturatedShift(long value, int bits) {
        return value > Long.MAX_VALUE >> bits ? Long.MAX_VALUE : value << bits;
    }
}

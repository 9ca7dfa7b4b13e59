package io.titankv.multiraft.host;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long a sender waits for its follower.
 *
 * @param patience for an answer
 * @param max after many failures in a row, before the next try
 */
record AppendPauses(Duration patience, Duration max) {
    private static final long MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int DOUBLINGS_MAX = 20;

    /** Hardly any at first, doubling with each failure in a row. */
    long nanosAfter(int failures) {
        return Math.min(max.toNanos(), MIN_NANOS << Math.clamp(failures - 1L, 0, DOUBLINGS_MAX));
    }
}

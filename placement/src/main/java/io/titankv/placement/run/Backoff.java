package io.titankv.placement.run;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses between tries: doubled each time up to a bound, each shortened by up to a half at random. Confined to one thread. */
final class Backoff {
    private final long minNanos;
    private final long maxNanos;
    private final RandomGenerator random;
    private long pauseNanos;

    Backoff(Duration min, Duration max, RandomGenerator random) {
        this.minNanos = min.toNanos();
        this.maxNanos = max.toNanos();
        this.random = random;
        this.pauseNanos = minNanos;
    }

    /** The pause before the next try. */
    Duration next() {
        long pause = pauseNanos;
        pauseNanos = Math.min(maxNanos, pauseNanos * 2);
        return Duration.ofNanos(pause / 2 + random.nextLong(pause / 2 + 1));
    }

    /** A try succeeded. */
    void reset() {
        pauseNanos = minNanos;
    }
}

package io.titankv.multiraft.snapshot;

import com.google.common.util.concurrent.RateLimiter;

/** How fast bytes come in at most, over all copies that share it. Thread-safe. */
public final class CopyPace {
    /** A change of the pace is felt after one of these. */
    private static final int SLICES_A_SECOND = 8;

    private final RateLimiter limiter = RateLimiter.create(Double.MAX_VALUE);
    private volatile long most;

    /** Without a limit at first. */
    public CopyPace() {}

    /**
     * Keeps to another pace from now on.
     *
     * @param bytesPerSecondMax 0: as much as comes
     */
    public void limit(long bytesPerSecondMax) {
        if (most != bytesPerSecondMax) {
            limiter.setRate(bytesPerSecondMax == 0 ? Double.MAX_VALUE : bytesPerSecondMax);
            most = bytesPerSecondMax;
        }
    }

    /** Waits as long as it takes at this pace until more may come after so many bytes, or until the thread is interrupted. */
    public void came(long bytes) {
        long left = bytes;
        while (left > 0 && most > 0 && !Thread.currentThread().isInterrupted()) {
            int slice = (int) Math.clamp(most / SLICES_A_SECOND, 1, Math.min(left, Integer.MAX_VALUE));
            var _ = limiter.acquire(slice);
            left -= slice;
        }
    }
}

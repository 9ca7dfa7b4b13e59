package io.titankv.gateway;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Notices that a caller takes none of what waits for it. Used by one thread at a time, but for the alarm.
 */
final class StallWatch {
    private final Duration patience;
    private final Ticker ticker;
    private final ScheduledExecutorService timer;
    private final Runnable lookAgain;

    private boolean stalled;
    private long sinceNanos;
    private volatile boolean alarmSet;

    /** @param lookAgain asks the owner to call this again; any thread */
    StallWatch(Duration patience, Ticker ticker, ScheduledExecutorService timer, Runnable lookAgain) {
        this.patience = patience;
        this.ticker = ticker;
        this.timer = timer;
        this.lookAgain = lookAgain;
    }

    /** Nothing waits. */
    void onEmpty() {
        stalled = false;
    }

    /**
     * Something waits.
     *
     * @param tookSome whether the caller has taken something since the last look
     * @return true when it has taken nothing for too long
     */
    boolean onWaiting(boolean tookSome) {
        long now = ticker.nanos();
        if (tookSome || !stalled) {
            stalled = true;
            sinceNanos = now;
        }
        long left = patience.toNanos() - (now - sinceNanos);
        if (left <= 0) {
            return true;
        }
        if (!alarmSet) {
            alarmSet = true;
            setAlarm(left);
        }
        return false;
    }

    private void setAlarm(long nanos) {
        try {
            var _ = timer.schedule(this::onAlarm, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The gateway is being closed, and all sessions with it.
            alarmSet = false;
        }
    }

    private void onAlarm() {
        alarmSet = false;
        lookAgain.run();
    }
}

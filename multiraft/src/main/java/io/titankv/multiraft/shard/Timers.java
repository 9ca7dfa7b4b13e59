package io.titankv.multiraft.shard;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** Runs something later. A seam: tests move time by hand. Thread-safe. */
@FunctionalInterface
interface Timers {
    /** Runs {@code task} once, on a thread of the timers, after {@code delay}. The task returns at once. */
    void after(Duration delay, Runnable task);

    /** Timers of a thread; once it is shut down nothing runs any more. */
    static Timers of(ScheduledExecutorService thread) {
        return (delay, task) -> {
            try {
                var _ = thread.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                // The node ends, and with it every replica: each answers what waits.
                LoggerFactory.getLogger(Timers.class).debug("stopped: nothing is timed any more", e);
            }
        };
    }
}

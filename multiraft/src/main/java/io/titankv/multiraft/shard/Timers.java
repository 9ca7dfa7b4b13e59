package io.titankv.multiraft.shard;

import java.time.Duration;

/** Runs something later. A seam: tests move time by hand. Thread-safe. */
@FunctionalInterface
interface Timers {
    /** Runs {@code task} once, on a thread of the timers, after {@code delay}. The task returns at once. */
    void after(Duration delay, Runnable task);
}

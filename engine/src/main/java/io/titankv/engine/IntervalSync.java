package io.titankv.engine;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Syncs an engine again and again, on a daemon thread of its own, until it is closed or syncing fails. */
final class IntervalSync implements AutoCloseable {
    private final SyncGate gate;
    private final Duration period;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    IntervalSync(SyncGate gate, Duration period) {
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("a sync interval must be positive: " + period);
        }
        this.gate = gate;
        this.period = period;
        this.thread = Thread.ofPlatform().daemon().name("titan-engine-sync").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closed.await(period.toNanos(), TimeUnit.NANOSECONDS)) {
                gate.sync();
            }
        } catch (StorageException e) {
            // The gate is shut: the next write hears of it, and the listener did.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when the thread has ended; it may be in an fsync. */
    @Override
    public void close() {
        closed.countDown();
        boolean wasInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

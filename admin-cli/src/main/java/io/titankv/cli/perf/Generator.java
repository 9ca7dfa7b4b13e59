package io.titankv.cli.perf;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * Starts operations at their times. The latency of one is counted from when it was due, not from when it was started: a cluster
 * that stalls cannot hide how long its users would have waited (Tene's "coordinated omission").
 *
 * <p>{@link #run}, {@link #drain} and the counts are for one thread, {@link #stop} for any.
 */
final class Generator {
    /** An operation that starts this long after it was due is counted as late. A scheduler's delay on a busy machine is below. */
    static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Target target;
    private final Pace pace;
    private final Mix mix;
    private final IntSupplier keys;
    private final SplittableRandom random;
    private final Timing timing;
    private final Recording recording;
    /** Operations under way: 0 to the pace's bound. */
    private final AtomicInteger inFlight = new AtomicInteger();
    /** Whether an answer must wake the thread that starts operations. */
    private volatile boolean isAwaitingAnswers;

    private volatile boolean isStopped;
    private long started;
    private long late;
    private long unstarted;

    /** @param keys draws the index of the next key */
    Generator(
            Target target,
            Pace pace,
            Mix mix,
            IntSupplier keys,
            SplittableRandom random,
            Timing timing,
            Recording recording) {
        this.target = target;
        this.pace = pace;
        this.mix = mix;
        this.keys = keys;
        this.random = random;
        this.timing = timing;
        this.recording = recording;
    }

    /**
     * Starts operations from one time to another, or until stopped.
     *
     * @return when it ended
     */
    long run(long startNanos, long endNanos) {
        long now = timing.nanoTime();
        while (now - endNanos < 0 && !isStopped) {
            long due = startNanos + pace.dueNanos(started, now - startNanos);
            if (due - now > 0) {
                timing.parkUntil(due - endNanos < 0 ? due : endNanos);
            } else if (inFlight.get() < pace.inFlightMax()) {
                start(due, now);
            } else {
                awaitAnswer(endNanos);
            }
            now = timing.nanoTime();
        }
        long end = now - endNanos < 0 ? now : endNanos;
        unstarted = Math.max(0, pace.dueBefore(end - startNanos, started) - started);
        return end;
    }

    private void start(long dueNanos, long nowNanos) {
        started++;
        inFlight.getAndIncrement();
        if (nowNanos - dueNanos > LATE_NANOS && recording.isMeasured(dueNanos)) {
            late++;
        }
        Operation operation = new Operation(mix.next(random), dueNanos);
        try {
            target.begin(operation.kind, keys.getAsInt(), operation);
        } catch (RuntimeException e) {
            operation.failed(e);
        }
    }

    /** Waits for an answer while as many are under way as may be. */
    private void awaitAnswer(long untilNanos) {
        isAwaitingAnswers = true;
        // An answer that came before the flag stood wakes nobody.
        if (inFlight.get() >= pace.inFlightMax() && !isStopped) {
            timing.parkUntil(untilNanos);
        }
        isAwaitingAnswers = false;
    }

    /**
     * Waits for the answers to all that was started.
     *
     * @return operations that were not answered until then
     */
    int drain(long untilNanos) {
        isAwaitingAnswers = true;
        while (inFlight.get() > 0 && timing.nanoTime() - untilNanos < 0) {
            timing.parkUntil(untilNanos);
        }
        return inFlight.get();
    }

    /** No more operations. */
    void stop() {
        isStopped = true;
        timing.wake();
    }

    boolean isStopped() {
        return isStopped;
    }

    /** Measured operations that were started more than {@link #LATE_NANOS} after they were due. */
    long late() {
        return late;
    }

    /** Operations that were due before the end and never started. */
    long unstarted() {
        return unstarted;
    }

    /** One operation under way. */
    private final class Operation implements Target.Completion {
        private final Kind kind;
        private final long dueNanos;

        Operation(Kind kind, long dueNanos) {
            this.kind = kind;
            this.dueNanos = dueNanos;
        }

        @Override
        public void done(boolean found) {
            recording.succeeded(kind, dueNanos, timing.nanoTime() - dueNanos, found);
            leave();
        }

        @Override
        public void failed(Throwable failure) {
            recording.failed(dueNanos, failure);
            leave();
        }

        private void leave() {
            inFlight.getAndDecrement();
            if (isAwaitingAnswers) {
                timing.wake();
            }
        }
    }
}

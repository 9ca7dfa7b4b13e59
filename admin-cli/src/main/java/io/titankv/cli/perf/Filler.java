package io.titankv.cli.perf;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** Writes every key once, many at a time. {@link #run} is for one thread, all else for any. */
final class Filler {
    /** Writes under way at once. A group's Raft entry takes up to 512 operations, so this fills the entries of several shards. */
    static final int IN_FLIGHT_MAX = 1000;

    private final Target target;
    private final int keys;
    private final int inFlightMax;
    private final Semaphore room;
    private final FailureCounts errors = new FailureCounts();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean isStopped;

    Filler(Target target, int keys, int inFlightMax) {
        this.target = target;
        this.keys = keys;
        this.inFlightMax = inFlightMax;
        this.room = new Semaphore(inFlightMax);
    }

    /** Returns when all keys are written or have failed, or it was stopped and what was under way has ended. */
    void run(Runnable afterKey) {
        Target.Completion completion = new Written();
        for (int key = 0; key < keys && !isStopped; key++) {
            room.acquireUninterruptibly();
            try {
                target.begin(Kind.WRITE, key, completion);
            } catch (RuntimeException e) {
                completion.failed(e);
            }
            afterKey.run();
        }
        // Every permit back means that every answer is in: each write ends within its timeout.
        room.acquireUninterruptibly(inFlightMax);
    }

    void stop() {
        isStopped = true;
    }

    boolean isStopped() {
        return isStopped;
    }

    long written() {
        return written.get();
    }

    long failed() {
        return failed.get();
    }

    FailureCounts errors() {
        return errors;
    }

    private final class Written implements Target.Completion {
        @Override
        public void done(boolean found) {
            written.incrementAndGet();
            room.release();
        }

        @Override
        public void failed(Throwable failure) {
            errors.count(failure);
            failed.incrementAndGet();
            room.release();
        }
    }
}

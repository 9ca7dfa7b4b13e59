package io.titankv.cli.perf;

import java.util.concurrent.locks.LockSupport;

/** The clock of a load, and waiting by it. */
interface Timing {
    /** As {@link System#nanoTime}. */
    long nanoTime();

    /** Waits until this time or until {@link #wake}, whichever is first; may return sooner for no reason. */
    void parkUntil(long nanos);

    /** Lets the thread that waits go on, or the next wait return at once. Any thread. */
    void wake();

    /** The real time of the thread that made it, which alone may wait by it. */
    final class OfThread implements Timing {
        private final Thread owner = Thread.currentThread();

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void parkUntil(long nanos) {
            long left = nanos - System.nanoTime();
            if (left > 0) {
                LockSupport.parkNanos(this, left);
            }
        }

        @Override
        public void wake() {
            LockSupport.unpark(owner);
        }
    }
}

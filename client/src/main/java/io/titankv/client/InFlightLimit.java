package io.titankv.client;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How much the client holds at once: operations and bytes. One operation is let in even if it alone is over the bytes, else it
 * never could be. Thread-safe.
 */
final class InFlightLimit {
    private final int operationsMax;
    private final long bytesMax;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition room = lock.newCondition();
    private int operations;
    private long bytes;

    InFlightLimit(int operationsMax, long bytesMax) {
        if (operationsMax < 1 || bytesMax < 1) {
            throw new IllegalArgumentException("bounds must be 1 or more: " + operationsMax + ", " + bytesMax);
        }
        this.operationsMax = operationsMax;
        this.bytesMax = bytesMax;
    }

    /**
     * Takes room, waiting for it this long at most.
     *
     * @return false when there was none in time
     * @throws InterruptedException when interrupted while waiting; nothing was taken
     */
    boolean tryAcquire(int count, long size, long waitNanos) throws InterruptedException {
        long left = waitNanos;
        lock.lock();
        try {
            while (operations > 0 && (operations + count > operationsMax || bytes + size > bytesMax)) {
                if (left <= 0) {
                    // A wake-up meant for whoever fits must not end here.
                    room.signal();
                    return false;
                }
                left = room.awaitNanos(left);
            }
            operations += count;
            bytes += size;
            room.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    void release(int count, long size) {
        lock.lock();
        try {
            operations -= count;
            bytes -= size;
            room.signal();
        } finally {
            lock.unlock();
        }
    }

    int operations() {
        lock.lock();
        try {
            return operations;
        } finally {
            lock.unlock();
        }
    }
}

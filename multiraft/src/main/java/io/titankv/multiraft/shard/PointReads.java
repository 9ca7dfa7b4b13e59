package io.titankv.multiraft.shard;

import io.titankv.multiraft.host.Burst;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Point reads of all shards of a node, shared out among some threads. Waking a thread costs as much as many reads that find their data in memory, and
 * much less than one that waits for the disk; so another thread is woken only for as many reads as take it a while, by the time that reads took lately.
 * What a thread reads in one go is answered in one {@link Burst}. Thread-safe.
 */
final class PointReads {
    /** What a thread is woken for: several times what waking it costs. A guess. */
    static final long WORTH_A_THREAD_NANOS = 100_000;

    /** Reads in one go at most: the first of them is answered after the last. A guess. */
    static final int TOGETHER_MAX = 64;

    private static final Logger LOG = LoggerFactory.getLogger(PointReads.class);

    private final Executor threads;
    private final int threadsMax;
    private final int queuedMax;

    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicInteger reading = new AtomicInteger();

    /** Smoothed time of a read. Updates may be lost; it need not be exact. */
    private volatile long readNanos = WORTH_A_THREAD_NANOS;

    /** One object, so that the reads of a burst wake threads once. */
    private final Runnable wake = this::wake;

    /**
     * @param threads runs {@code threadsMax} tasks at once
     * @param queuedMax reads that may wait
     */
    PointReads(Executor threads, int threadsMax, int queuedMax) {
        this.threads = threads;
        this.threadsMax = threadsMax;
        this.queuedMax = queuedMax;
    }

    /** False when too many reads wait. A read must not throw. */
    boolean tryRead(Runnable read) {
        if (queued.incrementAndGet() > queuedMax) {
            queued.decrementAndGet();
            return false;
        }
        queue.add(read);
        Burst.atEnd(wake);
        return true;
    }

    private int together() {
        return Math.clamp(WORTH_A_THREAD_NANOS / Math.max(1, readNanos), 1, TOGETHER_MAX);
    }

    /** One thread more while each has enough to do. */
    private void wake() {
        int now = reading.get();
        while (now < threadsMax && queued.get() > now * together()) {
            if (reading.compareAndSet(now, now + 1)) {
                start();
            }
            now = reading.get();
        }
    }

    private void start() {
        try {
            threads.execute(this::readOn);
        } catch (RejectedExecutionException e) {
            LOG.debug("stopped: whoever still reads is answered by his own thread", e);
            readOn();
        }
    }

    private void readOn() {
        try {
            while (queued.get() > 0) {
                Burst.run(this::readSome);
            }
        } finally {
            reading.decrementAndGet();
            // Whoever came between the last look and this counted on this thread.
            wake();
        }
    }

    private void readSome() {
        int most = together();
        int done = 0;
        long begun = System.nanoTime();
        for (@Nullable Runnable next = queue.poll(); next != null; next = done < most ? queue.poll() : null) {
            queued.decrementAndGet();
            next.run();
            done++;
        }
        if (done > 0) {
            long before = readNanos;
            readNanos = before + ((System.nanoTime() - begun) / done - before) / 8;
        }
    }
}

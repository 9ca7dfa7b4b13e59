package io.titankv.multiraft.shard;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that read from disk for all shards of a node. Reads never run where they arrive: barriers are passed on Raft's
 * threads and requests come on the network's, and one slow disk read there would stop a whole group or a whole connection. Point
 * reads and scans have threads of their own, so that scans cannot keep point reads waiting. Platform threads, because a file
 * read holds its carrier. Thread-safe.
 */
final class ReadPool implements AutoCloseable {
    private static final int POINT_READS_QUEUED_MAX = 8192;
    private static final int SCANS_QUEUED_MAX = 128;
    private static final int SCAN_THREADS = 2;
    private static final int POINT_THREADS_MIN = 4;
    private static final long IDLE_SECONDS = 30;
    private static final Duration RETRY_AFTER_BUSY = Duration.ofMillis(10);

    private final ThreadPoolExecutor pointThreads;
    private final ThreadPoolExecutor scans;
    private final PointReads points;

    ReadPool(String node) {
        int threads = Math.max(POINT_THREADS_MIN, 2 * Runtime.getRuntime().availableProcessors());
        // A thread that ends its turn may be counted beside the one that takes it over.
        pointThreads = pool("titan-read-" + node + "-", threads, 2 * threads);
        points = new PointReads(pointThreads, threads, POINT_READS_QUEUED_MAX);
        scans = pool("titan-scan-" + node + "-", SCAN_THREADS, SCANS_QUEUED_MAX);
    }

    /** What a read is told that found the pool full. */
    static ReadOutcome busy() {
        return new ReadOutcome.Busy(RETRY_AFTER_BUSY);
    }

    /** False when too many reads wait. */
    boolean tryPoint(Runnable read) {
        return points.tryRead(read);
    }

    /** False when too many scans wait. */
    boolean tryScan(Runnable scan) {
        return tryExecute(scans, scan);
    }

    @Override
    public void close() {
        pointThreads.shutdown();
        scans.shutdown();
    }

    private static boolean tryExecute(ThreadPoolExecutor pool, Runnable task) {
        try {
            pool.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private static ThreadPoolExecutor pool(String prefix, int threads, int queued) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(queued),
                Thread.ofPlatform().daemon().name(prefix, 0).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}

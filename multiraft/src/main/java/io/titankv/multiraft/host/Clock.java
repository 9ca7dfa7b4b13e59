package io.titankv.multiraft.host;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's timer, and the threads on which what it starts runs. Tasks may take their time; the timer itself never waits. */
final class Clock implements AutoCloseable {
    /** Some may wait for a vote's fsync while others go on. */
    private static final int MESSAGE_THREADS_MIN = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Clock.class);

    private final ScheduledExecutorService timer;
    private final ExecutorService workers;
    private final ForkJoinPool messages;

    Clock(String name) {
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("raft-timer-" + name).factory());
        workers = Executors.newFixedThreadPool(
                4,
                Thread.ofPlatform()
                        .daemon()
                        .name("raft-worker-" + name + "-", 0)
                        .factory());
        messages = new ForkJoinPool(
                Math.max(MESSAGE_THREADS_MIN, 2 * Runtime.getRuntime().availableProcessors()),
                pool -> {
                    ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
                    thread.setName("raft-messages-" + name + "-" + thread.getPoolIndex());
                    return thread;
                },
                null,
                /* asyncMode= */ true);
    }

    /**
     * Takes in what peers send, to all groups, but for appends ({@link CallThreads}). A few threads that find the next message waiting,
     * where a pool without bound would wake one for each.
     */
    Executor messages() {
        return messages;
    }

    Executor workers() {
        return this::work;
    }

    /** Runs a short task soon; nothing happens when the node has stopped. */
    void after(Duration delay, Runnable task) {
        try {
            Future<?> _ = timer.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("stopped: nothing is started any more", e);
        }
    }

    /** Runs a short task again and again. */
    void every(Duration period, Runnable task) {
        Future<?> _ =
                timer.scheduleWithFixedDelay(guarded(task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void work(Runnable task) {
        try {
            workers.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("stopped: nothing is started any more", e);
        }
    }

    /** A task that fails must not end a periodic one, nor go unseen. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("a background task failed");
            }
        };
    }

    @Override
    public void close() {
        timer.shutdownNow();
        workers.shutdown();
        messages.shutdown();
    }
}

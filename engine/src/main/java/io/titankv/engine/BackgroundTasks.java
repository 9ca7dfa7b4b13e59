package io.titankv.engine;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What an engine does with its files beside the writes: it seals full data files, writes their hint files, and makes the next file
 * ready. One task runs at a time, in the order in which they were begun. Who begins them bounds them: a file is not followed by
 * another one before the task that makes that ready has ended.
 *
 * <p>A task that fails is over; whoever needs its result finds that it is missing, and does the work itself. An fsync that failed is
 * final. Thread-safe.
 */
final class BackgroundTasks {
    /** One daemon thread for each task: they are rare, and their files' opener waits for them. */
    static final Executor THREADS =
            task -> Thread.ofPlatform().daemon().name("titan-engine-files").start(task);

    /** What there is to do. */
    interface Task {
        void run() throws IOException;
    }

    private final Executor executor;
    private volatile CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    private volatile @Nullable FinalFailure failure;

    BackgroundTasks(Executor executor) {
        this.executor = executor;
    }

    /** Has a task run when those before have ended. */
    synchronized void begin(Task task) {
        last = last.thenRunAsync(() -> run(task), executor);
    }

    private void run(Task task) {
        try {
            task.run();
        } catch (FinalFailure e) {
            failure = e;
        } catch (IOException | StorageException e) {
            // What was to be made is not there: a hint file is made by the next opening, the rest by the next seal.
            return;
        }
    }

    /** Whether nothing is under way. */
    boolean isIdle() {
        return last.isDone();
    }

    /**
     * Returns when no task is under way.
     *
     * @throws FinalFailure when an fsync of one of them failed
     */
    void await() throws FinalFailure {
        try {
            last.join();
        } catch (CompletionException e) {
            // Nothing that a task is expected to throw.
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
        FinalFailure failed = failure;
        if (failed != null) {
            throw FinalFailure.of("work in the background", failed);
        }
    }
}

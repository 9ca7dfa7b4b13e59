package io.titankv.engine;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Writes the hint files of data files that were sealed, beside whatever goes on: sorting one's entries takes longer than sealing the
 * rest of it. At most one at a time, so that one who seals faster waits. Until its hint file is there a data file is opened by reading
 * it whole, so a crash, or a hint file that could not be written, loses nothing.
 *
 * <p>Calls are made by one thread at a time.
 */
final class HintWriter {
    /** One daemon thread for each hint file: they are rare, and their files' opener waits for them. */
    static final Executor THREADS =
            task -> Thread.ofPlatform().daemon().name("titan-engine-hints").start(task);

    /** What there is to do. */
    interface Task {
        void run() throws IOException;
    }

    private final Executor executor;
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    private volatile @Nullable FinalFailure failure;

    HintWriter(Executor executor) {
        this.executor = executor;
    }

    /** Begins a task when the one before has ended. */
    void begin(Task task) throws FinalFailure {
        await();
        last = CompletableFuture.runAsync(() -> run(task), executor);
    }

    private void run(Task task) {
        try {
            task.run();
        } catch (FinalFailure e) {
            failure = e;
        } catch (IOException e) {
            // There is no hint file then, and the next opening makes it.
            return;
        }
    }

    /**
     * Returns when no task is under way.
     *
     * @throws FinalFailure when an fsync of one of them failed
     */
    void await() throws FinalFailure {
        last.join();
        FinalFailure failed = failure;
        if (failed != null) {
            throw FinalFailure.of("hint file", failed);
        }
    }
}

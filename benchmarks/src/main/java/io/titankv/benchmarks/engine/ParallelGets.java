package io.titankv.benchmarks.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.HdrHistogram.Histogram;

/** Reads by several threads at once, each with a session and keys of its own. */
final class ParallelGets {
    private final Store store;
    private final Shape shape;

    ParallelGets(Store store, Shape shape) {
        this.store = store;
        this.shape = shape;
    }

    /**
     * What the threads did together.
     *
     * @param nanos from their common start to the end of the last
     * @param latencies of all of them, nanoseconds
     */
    record Outcome(long operations, long nanos, Histogram latencies) {
        Map<String, Double> rates() {
            return Measurement.rates(operations, nanos, latencies);
        }
    }

    /** One thread for each array of operations. */
    Outcome run(List<int[]> operationsOfThreads) {
        CountDownLatch ready = new CountDownLatch(operationsOfThreads.size());
        CountDownLatch start = new CountDownLatch(1);
        List<FutureTask<Histogram>> tasks = new ArrayList<>();
        long operations = 0;
        for (int[] ofThread : operationsOfThreads) {
            operations += ofThread.length;
            FutureTask<Histogram> task = new FutureTask<>(() -> {
                try (Session session = store.session()) {
                    Pass pass = new Pass(session, shape, 0);
                    ready.countDown();
                    start.await();
                    pass.run(ofThread);
                    return pass.gets();
                }
            });
            tasks.add(task);
            Thread.ofPlatform().name("reader").daemon().start(task);
        }
        try {
            ready.await();
            long began = System.nanoTime();
            start.countDown();
            Histogram latencies = Pass.newHistogram();
            for (FutureTask<Histogram> task : tasks) {
                latencies.add(task.get());
            }
            return new Outcome(operations, System.nanoTime() - began, latencies);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted", e);
        } catch (ExecutionException e) {
            throw new StoreException("a reader failed", e);
        }
    }
}

package io.titankv.benchmarks.engine;

import io.titankv.benchmarks.comparison.Records;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;

/**
 * Puts of new keys into a store that makes each durable, by several writers at once, for a while. With platform threads waking the
 * writers is most of the work; a virtual thread is woken sooner, but one that waits inside a native call keeps its carrier, so that on
 * two cores RocksDB never has more than two virtual writers whose puts it could sync together.
 */
final class DurableWrites {
    /** A writer alone, and as many as are to share fsyncs. */
    static final List<Integer> WRITERS = List.of(1, 64);

    private final Store store;
    private final Shape shape;
    private final ThreadFactory threads;
    private final AtomicInteger nextIndex = new AtomicInteger();

    DurableWrites(Store store, Shape shape, ThreadFactory threads) {
        this.store = store;
        this.shape = shape;
        this.threads = threads;
    }

    /**
     * What the writers did together.
     *
     * @param nanos from their common start to the end of the last put
     * @param latencies of every put, nanoseconds
     */
    record Outcome(long nanos, Histogram latencies) {
        Map<String, Double> rates() {
            return Measurement.rates(latencies.getTotalCount(), nanos, latencies);
        }
    }

    Outcome run(int writers, Duration time) {
        CountDownLatch ready = new CountDownLatch(writers);
        CountDownLatch start = new CountDownLatch(1);
        List<FutureTask<Histogram>> tasks = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            FutureTask<Histogram> task = new FutureTask<>(() -> {
                ready.countDown();
                start.await();
                return putUntil(System.nanoTime() + time.toNanos());
            });
            tasks.add(task);
            threads.newThread(task).start();
        }
        try {
            ready.await();
            long began = System.nanoTime();
            start.countDown();
            Histogram latencies = Pass.newHistogram();
            for (FutureTask<Histogram> task : tasks) {
                latencies.add(task.get());
            }
            return new Outcome(System.nanoTime() - began, latencies);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted", e);
        } catch (ExecutionException e) {
            throw new StoreException("a writer failed", e);
        }
    }

    private Histogram putUntil(long endNanos) {
        Histogram latencies = Pass.newHistogram();
        Records records = new Records(shape.valueBytes());
        byte[] key = new byte[shape.keyBytes()];
        byte[] value = new byte[shape.valueBytes()];
        try (Session session = store.session()) {
            long now = System.nanoTime();
            while (now < endNanos) {
                int index = nextIndex.getAndIncrement();
                Records.key(index, key);
                records.value(index, 0, value);
                long began = System.nanoTime();
                session.put(key, value);
                now = System.nanoTime();
                latencies.recordValue(now - began);
            }
        }
        return latencies;
    }

    /** Keys that were put; their indexes are those below. */
    int puts() {
        return nextIndex.get();
    }
}

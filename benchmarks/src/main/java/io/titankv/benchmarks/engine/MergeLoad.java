package io.titankv.benchmarks.engine;

import io.titankv.benchmarks.comparison.DiskUse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Zipfian overwrites and reads in turn by one thread, for a while, as space is reclaimed: by a second thread that calls {@link
 * Store#mergeSome} again and again, or by the system itself. Where we say when to merge, the same load is first measured quiet.
 */
final class MergeLoad {
    private static final int OPERATIONS_BETWEEN_LOOKS = 1024;
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long DISK_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Store store;
    private final Path directory;
    private final Shape shape;
    private final int[] operations;
    private int at;

    /** @param operations to be done again and again */
    MergeLoad(Store store, Path directory, Shape shape, int[] operations) {
        this.store = store;
        this.directory = directory;
        this.shape = shape;
        this.operations = operations;
    }

    /** Figures of the measurement: while merging, and with a prefix while quiet. */
    Map<String, Double> run(Pass pass, Duration time) {
        Map<String, Double> quiet = new LinkedHashMap<>();
        if (store.mergesOnRequest()) {
            mergeAll();
            load(pass, time.dividedBy(4));
            quiet.put(Measurement.QUIET + Measurement.GET_P99_US, Measurement.micros(pass.gets(), 99));
            quiet.put(Measurement.QUIET + Measurement.PUT_P99_US, Measurement.micros(pass.puts(), 99));
            mergeAll();
        }
        try (Background background = new Background()) {
            background.start();
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put(Measurement.OPS_PER_SECOND, load(pass, time));
            figures.put(Measurement.P50_US, Measurement.micros(pass.all(), 50));
            figures.put(Measurement.P99_US, Measurement.micros(pass.all(), 99));
            figures.put(Measurement.GET_P99_US, Measurement.micros(pass.gets(), 99));
            figures.put(Measurement.PUT_P99_US, Measurement.micros(pass.puts(), 99));
            figures.putAll(quiet);
            figures.put(Measurement.SPACE_AMPLIFICATION, (double) background.finish() / shape.userBytes());
            return figures;
        }
    }

    private void mergeAll() {
        while (store.mergeSome() > 0) {
            // Until there is nothing to do.
        }
    }

    /** Operations a second. */
    private double load(Pass pass, Duration time) {
        pass.forgetLatencies();
        long done = 0;
        long nanos = 0;
        while (nanos < time.toNanos()) {
            int end = Math.min(operations.length, at + OPERATIONS_BETWEEN_LOOKS);
            nanos += pass.run(operations, at, end);
            done += end - at;
            at = end == operations.length ? 0 : end;
        }
        return done * 1e9 / nanos;
    }

    /** Merges, and looks at the disk, on two threads until it is finished. */
    private final class Background implements AutoCloseable {
        private volatile boolean stopping;
        private volatile long bytesMax;
        private volatile @Nullable RuntimeException failure;
        private final Thread merging = Thread.ofPlatform().name("merge").unstarted(() -> guarded(this::merge));
        private final Thread looking = Thread.ofPlatform().name("disk").unstarted(() -> guarded(this::look));

        void start() {
            merging.start();
            looking.start();
        }

        private void guarded(Runnable work) {
            try {
                work.run();
            } catch (RuntimeException e) {
                failure = e;
            }
        }

        private void merge() {
            while (!stopping && store.mergesOnRequest()) {
                if (store.mergeSome() == 0) {
                    LockSupport.parkNanos(IDLE_NANOS);
                }
            }
        }

        private void look() {
            while (!stopping) {
                bytesMax = Math.max(bytesMax, DiskUse.bytes(directory));
                LockSupport.parkNanos(DISK_LOOK_NANOS);
            }
        }

        /** The most bytes that the files had. */
        long finish() {
            close();
            if (failure != null) {
                throw new StoreException("merging failed", failure);
            }
            return bytesMax;
        }

        @Override
        public void close() {
            stopping = true;
            try {
                merging.join();
                looking.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreException("interrupted", e);
            }
        }
    }
}

package io.titankv.benchmarks.engine;

import io.titankv.benchmarks.comparison.DiskUse;
import io.titankv.cli.perf.SplitMix64;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of one system: warms up on a small store of its own, then does the workloads one after the other on one store. Confined
 * to one thread.
 */
public final class OneRun {
    private static final int WARM_KEYS_MAX = 50_000;
    private static final long WARM_BYTES_MAX = 64 << 20;
    /**
     * Enough for the compiler to be done with every path, at any system's rate. The same workloads, in the same way: a class first
     * loaded when it is measured would undo what was compiled (a lock's, and gets took 2.3 us for 0.7 us).
     */
    private static final int WARM_OPERATIONS = 300_000;

    private static final Duration WARM_TIME = Duration.ofMillis(500);
    /** Of a store that a killed process left. */
    private static final int CHECKED_READS = 10_000;

    private static final RunListener SILENT = new RunListener() {
        @Override
        public void measured(Measurement measurement) {}

        @Override
        public void noted(String note) {}
    };

    private final RunSpec spec;
    private final Shape shape;
    private final Path directory;
    private final PageCache pageCache;
    private final RunListener listener;
    private Opened opened;

    private OneRun(RunSpec spec, PageCache pageCache, RunListener listener) {
        this.spec = spec;
        this.shape = spec.shape();
        this.directory = created(spec.directory().resolve("store"));
        this.pageCache = pageCache;
        this.listener = listener;
        opened = Opened.open(spec.contender(), directory, shape, 0);
    }

    private static Path created(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The program of the child JVM: arguments as {@link RunSpec} has them; on standard output lines of JSON, and notes. */
    public static void main(String[] arguments) {
        RunSpec spec = RunSpec.parse(List.of(arguments));
        int warmOperations = (int) Math.min(WARM_OPERATIONS, 10L * spec.operations());
        run(spec, warmOperations, PageCache.OF_THE_SYSTEM, new RunListener() {
            @Override
            public void measured(Measurement measurement) {
                System.out.println(measurement.toJson());
            }

            @Override
            public void noted(String note) {
                System.out.println(ChildJvm.NOTE + note);
            }
        });
    }

    static void run(RunSpec spec, int warmOperations, PageCache pageCache, RunListener listener) {
        if (warmOperations > 0) {
            Path directory = spec.directory().resolve("warm");
            RunSpec warm = spec.warm(directory, warmShape(spec.shape()), warmOperations, WARM_TIME);
            new OneRun(warm, untouched -> null, SILENT).runAll();
            DiskUse.delete(directory);
        }
        new OneRun(spec, pageCache, listener).runAll();
    }

    /** Values of the same size, but few enough of them. */
    private static Shape warmShape(Shape shape) {
        int keysMax = (int) Math.max(1, WARM_BYTES_MAX / shape.valueBytes());
        return new Shape(
                Math.min(shape.keys(), Math.min(WARM_KEYS_MAX, keysMax)), shape.keyBytes(), shape.valueBytes());
    }

    private void runAll() {
        for (Workload workload : Workload.values()) {
            if (workload == Workload.FILL || spec.workloads().contains(workload)) {
                run(workload);
                opened.store().settle();
            }
        }
        opened.close();
    }

    private void run(Workload workload) {
        int keys = shape.keys();
        int count = spec.operations();
        long seed = SplitMix64.mix(spec.seed()) + workload.label().hashCode();
        switch (workload) {
            case FILL -> measure(workload, Operations.writeEach(keys));
            case SPACE -> space();
            case MEMORY -> memory();
            case GET -> spec.threads().forEach(threads -> gets(threads, seed));
            case GET_ABSENT -> getsAbsent(Operations.uniform(keys, count, 0, seed));
            case YCSB_A -> measure(workload, Operations.zipfian(keys, count, 0.5, seed));
            case YCSB_B -> measure(workload, Operations.zipfian(keys, count, 0.05, seed));
            case YCSB_C -> measure(workload, Operations.zipfian(keys, count, 0, seed));
            case OVERWRITE -> measure(workload, Operations.uniform(keys, count, 1, seed));
            case GET_BESIDE_PUT ->
                getsBesidePuts(Operations.uniform(keys, count, 0, seed), Operations.uniform(keys, count, 1, ~seed));
            case OPEN -> open();
            case KILL_OPEN -> killOpen(seed);
            case COLD_GET -> cold(ColdPass.Kind.GET, seed);
            case COLD_ABSENT -> cold(ColdPass.Kind.ABSENT, seed);
            case COLD_OVERWRITE -> cold(ColdPass.Kind.OVERWRITE, seed);
            case MERGE -> merge(Operations.zipfian(keys, count, 0.5, seed));
            case DURABLE -> durable(workload, Thread.ofPlatform());
            case DURABLE_VIRTUAL -> durable(workload, Thread.ofVirtual());
            case RANGE_DROP -> rangeDrop();
        }
    }

    private void measure(Workload workload, int[] operations) {
        Pass pass = opened.pass();
        pass.forgetLatencies();
        long nanos = pass.run(operations);
        report(workload, 1, Measurement.rates(operations.length, nanos, pass.all()));
    }

    private void gets(int threads, long seed) {
        List<int[]> operations = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            operations.add(Operations.uniform(shape.keys(), spec.operations(), 0, SplitMix64.mix(seed + thread)));
        }
        report(
                Workload.GET,
                threads,
                new ParallelGets(opened.store(), shape).run(operations).rates());
    }

    private void getsAbsent(int[] operations) {
        Pass pass = opened.pass();
        pass.forgetLatencies();
        long nanos = pass.runAbsent(operations);
        report(Workload.GET_ABSENT, 1, Measurement.rates(operations.length, nanos, pass.gets()));
    }

    private void getsBesidePuts(int[] gets, int[] puts) {
        Map<String, Double> figures = new GetsBesidePuts(opened.store(), shape, gets, puts).run(opened.pass());
        report(Workload.GET_BESIDE_PUT, 1, figures);
    }

    private void space() {
        Map<String, Double> figures = new LinkedHashMap<>();
        long bytes = DiskUse.bytes(directory);
        figures.put("disk_bytes", (double) bytes);
        figures.put("user_bytes", (double) shape.userBytes());
        figures.put(Measurement.SPACE_AMPLIFICATION, (double) bytes / shape.userBytes());
        report(Workload.SPACE, 1, figures);
    }

    private void memory() {
        opened.store()
                .indexBytes()
                .ifPresent(bytes ->
                        report(Workload.MEMORY, 1, Map.of(Measurement.BYTES_PER_KEY, (double) bytes / shape.keys())));
    }

    private void open() {
        long version = opened.pass().nextVersion();
        opened.close();
        opened = timedOpen(Workload.OPEN, directory, version);
    }

    /** Another store of the same shape, filled by a process that does not live to close it. */
    private void killOpen(long seed) {
        Path killed = created(spec.directory().resolve("killed"));
        KilledFill.run(spec.in(killed));
        try (Opened again = timedOpen(Workload.KILL_OPEN, killed, 0)) {
            // Nothing may be lost: a read that finds nothing fails the run.
            again.pass().run(Operations.uniform(shape.keys(), Math.min(shape.keys(), CHECKED_READS), 0, seed));
        }
        DiskUse.delete(killed);
    }

    /** Times opening, the first read included: a system may put off its work until then. */
    private Opened timedOpen(Workload workload, Path where, long version) {
        int[] anyKey = {shape.keys() / 2};
        long began = System.nanoTime();
        Opened again = Opened.open(spec.contender(), where, shape, version);
        again.pass().run(anyKey);
        long nanos = System.nanoTime() - began;
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(Measurement.SECONDS, nanos / 1e9);
        figures.put("keys_per_second", shape.keys() * 1e9 / nanos);
        report(workload, 1, figures);
        return again;
    }

    private void cold(ColdPass.Kind kind, long seed) {
        int[] indexes = Operations.uniform(shape.keys(), ColdPass.operations(shape), 0, seed);
        ColdPass cold = new ColdPass(kind, indexes, shape, directory, listener);
        for (int round = 0; round < ColdPass.ROUNDS_MAX && !cold.isDone(); round++) {
            long version = opened.pass().nextVersion();
            String whyNot = reopenCold(version);
            if (whyNot != null) {
                listener.noted(kind.workload.label() + " is left out: " + whyNot);
                return;
            }
            cold.round(opened.session(), version);
        }
        report(kind.workload, 1, cold.figures());
    }

    /** Opens the store again with nothing of it in the page cache; returns why not, or null. */
    private @Nullable String reopenCold(long version) {
        opened.close();
        String whyNot = pageCache.dropOrWhyNot(directory);
        opened = Opened.open(spec.contender(), directory, shape, version);
        // What opening read is dropped as well.
        return whyNot == null ? pageCache.dropOrWhyNot(directory) : whyNot;
    }

    private void merge(int[] operations) {
        MergeLoad load = new MergeLoad(opened.store(), directory, shape, operations);
        report(Workload.MERGE, 1, load.run(opened.pass(), spec.mergeTime()));
    }

    private void durable(Workload workload, Thread.Builder writer) {
        Path synced = created(spec.directory().resolve("synced"));
        try (Store store = spec.contender().openSyncedOrNull(synced, shape)) {
            if (store == null) {
                return;
            }
            DurableWrites writes =
                    new DurableWrites(store, shape, writer.name("writer").factory());
            for (int writers : DurableWrites.WRITERS) {
                report(
                        workload,
                        writers,
                        writes.run(writers, spec.durableTime()).rates());
            }
        }
        DiskUse.delete(synced);
    }

    private void rangeDrop() {
        Store.RangeDrop drop = opened.store().dropSixteenthOrNull();
        if (drop != null) {
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put(Measurement.SECONDS, drop.nanos() / 1e9);
            figures.put("keys_dropped", (double) drop.keys());
            report(Workload.RANGE_DROP, 1, figures);
        }
    }

    private void report(Workload workload, int threads, Map<String, Double> figures) {
        if (spec.workloads().contains(workload)) {
            listener.measured(new Measurement(spec.contender().label(), workload.label(), threads, shape, figures));
        }
    }
}

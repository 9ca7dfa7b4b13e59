package io.titankv.benchmarks.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

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

    private static final Duration WARM_MERGE_TIME = Duration.ofMillis(500);

    private final RunSpec spec;
    private final Shape shape;
    private final Consumer<Measurement> results;
    private final Path directory;
    private Store store;
    private Session session;
    private Pass pass;

    private OneRun(RunSpec spec, Path directory, Consumer<Measurement> results) {
        this.spec = spec;
        this.shape = spec.shape();
        this.directory = directory;
        this.results = results;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        store = spec.contender().open(directory, shape);
        session = store.session();
        pass = new Pass(session, shape.valueBytes(), 0);
    }

    /** The program of the child JVM: arguments as {@link RunSpec} has them, lines of JSON on standard output. */
    public static void main(String[] arguments) {
        RunSpec spec = RunSpec.parse(List.of(arguments));
        run(
                spec,
                (int) Math.min(WARM_OPERATIONS, 10L * spec.operations()),
                result -> System.out.println(result.toJson()));
    }

    static void run(RunSpec spec, int warmOperations, Consumer<Measurement> results) {
        if (warmOperations > 0) {
            RunSpec warm = spec.with(warmShape(spec.shape()), warmOperations, WARM_MERGE_TIME);
            Path directory = spec.directory().resolve("warm");
            new OneRun(warm, directory, ignored -> {}).runAll();
            DiskUse.delete(directory);
        }
        new OneRun(spec, spec.directory().resolve("store"), results).runAll();
    }

    /** Values of the same size, but few enough of them. */
    private static Shape warmShape(Shape shape) {
        int keysMax = (int) Math.max(1, WARM_BYTES_MAX / shape.valueBytes());
        return new Shape(Math.min(shape.keys(), Math.min(WARM_KEYS_MAX, keysMax)), shape.valueBytes());
    }

    private void runAll() {
        for (Workload workload : Workload.values()) {
            if (workload == Workload.FILL || spec.workloads().contains(workload)) {
                run(workload);
                store.settle();
            }
        }
        close();
    }

    private void run(Workload workload) {
        int keys = shape.keys();
        int count = spec.operations();
        long seed = Records.mix(spec.seed()) + workload.label().hashCode();
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
            case OPEN -> open();
            case MERGE -> merge(Operations.zipfian(keys, count, 0.5, seed));
        }
    }

    private void measure(Workload workload, int[] operations) {
        pass.forgetLatencies();
        long nanos = pass.run(operations);
        report(workload, 1, rates(operations.length, nanos, pass.all()));
    }

    private void gets(int threads, long seed) {
        List<int[]> operations = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            operations.add(Operations.uniform(shape.keys(), spec.operations(), 0, Records.mix(seed + thread)));
        }
        ParallelGets.Outcome outcome = new ParallelGets(store, shape.valueBytes()).run(operations);
        report(Workload.GET, threads, rates(outcome.operations(), outcome.nanos(), outcome.latencies()));
    }

    private void getsAbsent(int[] operations) {
        pass.forgetLatencies();
        long nanos = pass.runAbsent(operations);
        report(Workload.GET_ABSENT, 1, rates(operations.length, nanos, pass.gets()));
    }

    private void space() {
        Map<String, Double> figures = new LinkedHashMap<>();
        long bytes = DiskUse.bytes(directory);
        figures.put("disk_bytes", (double) bytes);
        figures.put("user_bytes", (double) shape.userBytes());
        figures.put("space_amplification", (double) bytes / shape.userBytes());
        report(Workload.SPACE, 1, figures);
    }

    private void memory() {
        store.indexBytes()
                .ifPresent(bytes -> report(Workload.MEMORY, 1, Map.of("bytes_per_key", (double) bytes / shape.keys())));
    }

    /** Times the reopening of the store, the first read included: a system may put off its work until then. */
    private void open() {
        long version = pass.nextVersion();
        close();
        int[] anyKey = {shape.keys() / 2};
        long began = System.nanoTime();
        store = spec.contender().open(directory, shape);
        session = store.session();
        pass = new Pass(session, shape.valueBytes(), version);
        pass.run(anyKey);
        double seconds = (System.nanoTime() - began) / 1e9;
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(Measurement.OPS_PER_SECOND, shape.keys() / seconds);
        figures.put(Measurement.P50_US, seconds * 1e6);
        figures.put(Measurement.P99_US, seconds * 1e6);
        figures.put("seconds", seconds);
        report(Workload.OPEN, 1, figures);
    }

    private void merge(int[] operations) {
        report(Workload.MERGE, 1, new MergeLoad(store, directory, shape, operations).run(pass, spec.mergeTime()));
    }

    private static Map<String, Double> rates(long operations, long nanos, Histogram latencies) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(Measurement.OPS_PER_SECOND, operations * 1e9 / nanos);
        figures.put(Measurement.P50_US, MergeLoad.micros(latencies, 50));
        figures.put(Measurement.P99_US, MergeLoad.micros(latencies, 99));
        return figures;
    }

    private void report(Workload workload, int threads, Map<String, Double> figures) {
        if (spec.workloads().contains(workload)) {
            results.accept(new Measurement(
                    spec.contender().label(), workload.label(), threads, shape.valueBytes(), shape.keys(), figures));
        }
    }

    private void close() {
        session.close();
        store.close();
    }
}

package io.titankv.benchmarks.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be chosen of a comparison, and what it comes to. Filled by picocli. */
final class ComparisonOptions {
    private static final int KEYS = 1_000_000;
    private static final int QUICK_KEYS = 200_000;
    private static final int RUNS = 5;
    private static final int QUICK_RUNS = 3;
    private static final int OPERATIONS_MIN = 200_000;

    @Option(
            names = "--quick",
            description = "Small and rough, in less than 5 minutes: " + QUICK_KEYS + " keys, " + QUICK_RUNS
                    + " runs or as many as there is time for.")
    private boolean quick;

    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "rocksdb,lmdb,chronicle",
            description = "Which systems beside titan: ${DEFAULT-VALUE}; or none.")
    private List<String> peers = List.of();

    @Option(names = "--keys", paramLabel = "N", description = "Keys; default " + KEYS + ".")
    private @Nullable Integer keys;

    @Option(
            names = "--key-bytes",
            split = ",",
            paramLabel = "N",
            defaultValue = "16",
            description = "Bytes of a key, " + Shape.KEY_BYTES_MIN + " to " + Shape.KEY_BYTES_MAX
                    + "; several are measured one after the other. Default ${DEFAULT-VALUE}.")
    private List<Integer> keyBytes = List.of();

    @Option(
            names = "--value-bytes",
            split = ",",
            paramLabel = "N",
            defaultValue = "100",
            description = "Bytes of a value; several are measured one after the other. Default ${DEFAULT-VALUE}.")
    private List<Integer> valueBytes = List.of();

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,2",
            description = "Threads that get. Default ${DEFAULT-VALUE}.")
    private List<Integer> threads = List.of();

    @Option(
            names = "--operations",
            paramLabel = "N",
            description = "Operations of each workload, a thread; default as many as keys, and at least "
                    + OPERATIONS_MIN + ".")
    private @Nullable Integer operations;

    @Option(names = "--runs", paramLabel = "N", description = "Runs of each system, in turn; default " + RUNS + ".")
    private @Nullable Integer runs;

    @Option(
            names = "--workloads",
            split = ",",
            paramLabel = "NAME",
            description = "Which of fill, space, memory, get, get-absent, ycsb-c, ycsb-b, ycsb-a, overwrite,"
                    + " get-beside-put, open, kill-open, cold-get, cold-absent, cold-overwrite, merge, durable,"
                    + " durable-virtual, range-drop. Default all.")
    private List<String> workloads = List.of();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where data is kept while a run lasts. Default a new directory for temporary files.")
    private @Nullable Path directory;

    @Option(
            names = "--plot",
            paramLabel = "DIR",
            description = "Draws the medians, too: a picture a group of workloads.")
    private @Nullable Path pictures;

    @Option(
            names = "--merge-seconds",
            paramLabel = "N",
            description = "How long merging is watched; default 20, quick 4.")
    private @Nullable Integer mergeSeconds;

    @Option(
            names = "--durable-seconds",
            paramLabel = "N",
            description = "How long durable puts are made, by each number of writers; default 5, quick 1.")
    private @Nullable Integer durableSeconds;

    /** What is to be done. */
    record Plan(
            List<Contender> contenders,
            List<Shape> shapes,
            List<Integer> threads,
            Set<Workload> workloads,
            int operations,
            int runs,
            Duration mergeTime,
            Duration durableTime) {
        RunSpec spec(Contender contender, Path scratch, Shape shape, int run) {
            return new RunSpec(contender, scratch, shape, threads, workloads, operations, mergeTime, durableTime, run);
        }
    }

    boolean quick() {
        return quick;
    }

    /** Where stores are kept, or null. */
    @Nullable
    Path directory() {
        return directory;
    }

    /** Where pictures go, or null. */
    @Nullable
    Path pictures() {
        return pictures;
    }

    /** @throws IllegalArgumentException when something cannot be meant */
    Plan plan() {
        int allKeys = orElse(keys, quick ? QUICK_KEYS : KEYS);
        List<Shape> shapes = new ArrayList<>();
        for (int ofKey : keyBytes) {
            for (int ofValue : valueBytes) {
                shapes.add(new Shape(allKeys, ofKey, ofValue));
            }
        }
        threads.forEach(count -> requirePositive("threads", count));
        return new Plan(
                contenders(),
                shapes,
                threads,
                chosenWorkloads(),
                requirePositive("operations", orElse(operations, Math.max(OPERATIONS_MIN, allKeys))),
                requirePositive("runs", orElse(runs, quick ? QUICK_RUNS : RUNS)),
                Duration.ofSeconds(requirePositive("merge seconds", orElse(mergeSeconds, quick ? 4 : 20))),
                Duration.ofSeconds(requirePositive("durable seconds", orElse(durableSeconds, quick ? 1 : 5))));
    }

    private static int orElse(@Nullable Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }

    private static int requirePositive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be 1 or more: " + value);
        }
        return value;
    }

    private List<Contender> contenders() {
        Set<Contender> contenders = EnumSet.of(Contender.TITAN);
        if (!peers.equals(List.of("none"))) {
            peers.forEach(peer -> contenders.add(Contender.named(peer)));
        }
        return List.copyOf(contenders);
    }

    private Set<Workload> chosenWorkloads() {
        Set<Workload> chosen = EnumSet.noneOf(Workload.class);
        workloads.forEach(name -> chosen.add(Workload.named(name)));
        return chosen.isEmpty() ? EnumSet.allOf(Workload.class) : chosen;
    }
}

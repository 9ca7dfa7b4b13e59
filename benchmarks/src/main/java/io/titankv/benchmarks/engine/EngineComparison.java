package io.titankv.benchmarks.engine;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program behind {@code benchmarks/engine}: runs every system in turn, several times, and prints the medians as JSON lines. */
@Command(
        name = "benchmarks/engine",
        description = {
            "Measures the engine and its peers in one run on this machine.",
            "Standard output has one JSON line a measurement: the median of the runs. Progress is on standard error."
        },
        subcommands = PlotCommand.class,
        sortOptions = false,
        usageHelpWidth = 120)
public final class EngineComparison implements Callable<Integer> {
    private static final int RUN_FAILED = 1;

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
            description = "Which of fill, space, memory, get, get-absent, ycsb-c, ycsb-b, ycsb-a, overwrite, open,"
                    + " merge. Default all.")
    private List<String> workloads = List.of();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where data is kept while a run lasts. Default a new directory for temporary files.")
    private @Nullable Path directory;

    @Option(names = "--plot", paramLabel = "FILE.svg", description = "Draws the medians, too.")
    private @Nullable Path picture;

    @Option(
            names = "--merge-seconds",
            paramLabel = "N",
            description = "How long merging is watched; default 20, quick 4.")
    private @Nullable Integer mergeSeconds;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    private boolean help;

    @Spec
    private @Nullable CommandSpec commandSpec;

    private static final int KEYS = 1_000_000;
    private static final int QUICK_KEYS = 200_000;
    private static final int RUNS = 5;
    private static final int QUICK_RUNS = 3;
    /** Quick means less than five minutes; a little is left for compiling. */
    private static final long QUICK_NANOS_MAX = TimeUnit.SECONDS.toNanos(270);

    private static final int OPERATIONS_MIN = 200_000;
    private static final double LOAD_OF_A_QUIET_MACHINE = 0.5;

    /** Measures, and ends the process: 0 done, 1 a run failed, 2 wrong options. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new EngineComparison());
    }

    @Override
    public Integer call() throws IOException {
        Plan plan = plan();
        warnOfLoad();
        Path base = directory == null ? Files.createTempDirectory("titan-benchmark-") : directory;
        Files.createDirectories(base);
        Medians medians = new Medians();
        try {
            long began = System.nanoTime();
            for (int run = 1; run <= plan.runs() && hasTimeFor(run, System.nanoTime() - began); run++) {
                for (Shape shape : plan.shapes()) {
                    for (Contender contender : plan.contenders()) {
                        runOne(plan, base, contender, shape, run, medians);
                    }
                }
            }
        } catch (RunFailedException e) {
            err().println(e.getMessage());
            err().println(e.log());
            return RUN_FAILED;
        } finally {
            if (directory == null) {
                DiskUse.delete(base);
            }
        }
        medians.medians().forEach(median -> out().println(median.toJson()));
        out().flush();
        if (picture != null) {
            Files.writeString(picture, BarPlot.draw(medians.medians()));
        }
        return 0;
    }

    /** Whether one more run like those before will end in the time that is promised, if one is. */
    private boolean hasTimeFor(int run, long nanos) {
        boolean hasTime = !quick || run == 1 || nanos / (run - 1) * run <= QUICK_NANOS_MAX;
        if (!hasTime) {
            err().printf("no time for run %d: this machine is slow or busy%n", run);
            err().flush();
        }
        return hasTime;
    }

    private void warnOfLoad() {
        OperatingSystemMXBean machine = ManagementFactory.getOperatingSystemMXBean();
        double load = machine.getSystemLoadAverage();
        if (load > LOAD_OF_A_QUIET_MACHINE) {
            err().printf(
                            Locale.ROOT,
                            "other programs are busy on this machine (load %.1f on %d processors): rates will be too"
                                    + " low%n",
                            load,
                            machine.getAvailableProcessors());
            err().flush();
        }
    }

    private void runOne(Plan plan, Path base, Contender contender, Shape shape, int run, Medians medians)
            throws IOException, RunFailedException {
        Path scratch = Files.createTempDirectory(base, contender.label() + "-" + run + "-");
        try {
            RunSpec spec = new RunSpec(
                    contender,
                    scratch,
                    shape,
                    plan.threads(),
                    plan.workloads(),
                    plan.operations(),
                    plan.mergeTime(),
                    run);
            ChildJvm.run(spec, scratch.resolve("log"), measurement -> {
                medians.add(measurement);
                err().printf("run %d of %d: %s%n", run, plan.runs(), text(measurement));
                err().flush();
            });
        } finally {
            DiskUse.delete(scratch);
        }
    }

    private static String text(Measurement measurement) {
        Double rate = measurement.figures().get(Measurement.OPS_PER_SECOND);
        String figure = rate == null ? measurement.figures().toString() : String.format(Locale.ROOT, "%,13.0f/s", rate);
        return String.format(
                Locale.ROOT,
                "%-9s %-10s %d thread(s), %d bytes: %s",
                measurement.system(),
                measurement.workload(),
                measurement.threads(),
                measurement.valueBytes(),
                figure);
    }

    /** What the options ask for, checked. */
    private record Plan(
            List<Contender> contenders,
            List<Shape> shapes,
            List<Integer> threads,
            Set<Workload> workloads,
            int operations,
            int runs,
            Duration mergeTime) {}

    private Plan plan() {
        try {
            int allKeys = orElse(keys, quick ? QUICK_KEYS : KEYS);
            List<Shape> shapes = new ArrayList<>();
            for (int bytes : valueBytes) {
                shapes.add(new Shape(allKeys, bytes));
            }
            threads.forEach(count -> requirePositive("threads", count));
            return new Plan(
                    contenders(),
                    shapes,
                    threads,
                    chosenWorkloads(),
                    requirePositive("operations", orElse(operations, Math.max(OPERATIONS_MIN, allKeys))),
                    requirePositive("runs", orElse(runs, quick ? QUICK_RUNS : RUNS)),
                    Duration.ofSeconds(requirePositive("merge seconds", orElse(mergeSeconds, quick ? 4 : 20))));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec().commandLine(), e.getMessage(), e);
        }
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

    private CommandSpec spec() {
        if (commandSpec == null) {
            throw new IllegalStateException("not run by its command line");
        }
        return commandSpec;
    }

    private PrintWriter out() {
        return spec().commandLine().getOut();
    }

    private PrintWriter err() {
        return spec().commandLine().getErr();
    }
}

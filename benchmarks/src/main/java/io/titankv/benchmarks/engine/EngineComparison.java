package io.titankv.benchmarks.engine;

import io.titankv.benchmarks.comparison.DiskUse;
import io.titankv.benchmarks.comparison.RunFailedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
    /** Quick means less than five minutes; a little is left for compiling. */
    private static final long QUICK_NANOS_MAX = TimeUnit.SECONDS.toNanos(270);

    private static final double LOAD_OF_A_QUIET_MACHINE = 0.5;

    @Mixin
    private ComparisonOptions options = new ComparisonOptions();

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    private boolean help;

    @Spec
    private @Nullable CommandSpec commandSpec;

    private final Medians medians = new Medians();
    private final Set<String> noted = new HashSet<>();

    /** Measures, and ends the process: 0 done, 1 a run failed, 2 wrong options. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new EngineComparison());
    }

    @Override
    public Integer call() throws IOException {
        ComparisonOptions.Plan plan = plan();
        warnOfLoad();
        Path chosen = options.directory();
        Path base = chosen == null ? Files.createTempDirectory("titan-benchmark-") : chosen;
        Files.createDirectories(base);
        try {
            long began = System.nanoTime();
            for (int run = 1; run <= plan.runs() && hasTimeFor(run, System.nanoTime() - began); run++) {
                for (Shape shape : plan.shapes()) {
                    for (Contender contender : plan.contenders()) {
                        runOne(plan, base, contender, shape, run);
                    }
                }
            }
        } catch (RunFailedException e) {
            err().println(e.getMessage());
            err().println(e.log());
            return RUN_FAILED;
        } finally {
            if (chosen == null) {
                DiskUse.delete(base);
            }
        }
        List<Measurement> measured = Ratios.appended(medians.medians());
        measured.forEach(line -> out().println(line.toJson()));
        out().flush();
        Path pictures = options.pictures();
        if (pictures != null) {
            Pictures.write(measured, pictures);
        }
        return 0;
    }

    private ComparisonOptions.Plan plan() {
        try {
            return options.plan();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec().commandLine(), e.getMessage(), e);
        }
    }

    /** Whether one more run like those before will end in the time that is promised, if one is. */
    private boolean hasTimeFor(int run, long nanos) {
        boolean hasTime = !options.quick() || run == 1 || nanos / (run - 1) * run <= QUICK_NANOS_MAX;
        if (!hasTime) {
            say(String.format(Locale.ROOT, "no time for run %d: this machine is slow or busy", run));
        }
        return hasTime;
    }

    private void warnOfLoad() {
        OperatingSystemMXBean machine = ManagementFactory.getOperatingSystemMXBean();
        double load = machine.getSystemLoadAverage();
        if (load > LOAD_OF_A_QUIET_MACHINE) {
            say(String.format(
                    Locale.ROOT,
                    "other programs are busy on this machine (load %.1f on %d processors): rates will be too low",
                    load,
                    machine.getAvailableProcessors()));
        }
    }

    private void runOne(ComparisonOptions.Plan plan, Path base, Contender contender, Shape shape, int run)
            throws IOException, RunFailedException {
        Path scratch = Files.createTempDirectory(base, contender.label() + "-" + run + "-");
        try {
            RunSpec spec = plan.spec(contender, scratch, shape, run);
            ChildJvm.run(spec, scratch.resolve("log"), new RunListener() {
                @Override
                public void measured(Measurement measurement) {
                    medians.add(measurement);
                    say(String.format(Locale.ROOT, "run %d of %d: %s", run, plan.runs(), text(measurement)));
                }

                @Override
                public void noted(String note) {
                    noteOnce(contender.label() + ": " + note);
                }
            });
        } finally {
            DiskUse.delete(scratch);
        }
    }

    private void noteOnce(String note) {
        if (noted.add(note)) {
            say(note);
        }
    }

    private static String text(Measurement measurement) {
        Double rate = measurement.figures().get(Measurement.OPS_PER_SECOND);
        String figure = rate == null ? measurement.figures().toString() : String.format(Locale.ROOT, "%,13.0f/s", rate);
        return String.format(
                Locale.ROOT,
                "%-9s %-14s %2d thread(s), %d+%d bytes: %s",
                measurement.system(),
                measurement.workload(),
                measurement.threads(),
                measurement.shape().keyBytes(),
                measurement.shape().valueBytes(),
                figure);
    }

    private void say(String line) {
        err().println(line);
        err().flush();
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

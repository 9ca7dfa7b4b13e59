package io.titankv.benchmarks.cluster;

import io.titankv.benchmarks.comparison.Children;
import io.titankv.benchmarks.comparison.DiskUse;
import io.titankv.benchmarks.comparison.RunFailedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The program behind {@code benchmarks/cluster}: runs three processes of every system in turn, several times, and prints the medians
 * as JSON lines.
 */
@Command(
        name = "benchmarks/cluster",
        description = {
            "Measures a cluster of three processes and its peers in one run on this machine: on loopback, with fsync"
                    + " on,",
            "linearizable reads. Standard output has one JSON line a measurement: the median of the runs. Progress is"
                    + " on",
            "standard error."
        },
        sortOptions = false,
        usageHelpWidth = 120)
public final class ClusterComparison implements Callable<Integer> {
    private static final int RUN_FAILED = 1;
    /** Quick means less than eight minutes: what is begun after this time would end later. */
    static final Duration QUICK_MAX = Duration.ofSeconds(390);

    @Mixin
    private ClusterOptions options = new ClusterOptions();

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    private boolean help;

    @Spec
    private @Nullable CommandSpec commandSpec;

    private final Medians medians = new Medians();
    private final Set<String> said = new HashSet<>();
    private boolean hasFailed;

    /** Measures, and ends the process: 0 done, 1 a run failed, 2 wrong options. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new ClusterComparison());
        // One line: the usage is long, and --help prints it.
        commandLine.setParameterExceptionHandler((wrong, arguments) -> {
            commandLine.getErr().println("benchmarks/cluster: " + wrong.getMessage() + " (--help says more)");
            return CommandLine.ExitCode.USAGE;
        });
        return commandLine;
    }

    @Override
    public Integer call() throws IOException {
        ClusterOptions.Plan plan = plan();
        Path chosen = options.directory();
        Path base = chosen == null ? Files.createTempDirectory("titan-benchmark-") : chosen;
        Files.createDirectories(base);
        long began = System.nanoTime();
        try {
            for (int run = 1; run <= plan.runs(); run++) {
                for (int bytes : plan.largeValueBytes()) {
                    measureDisk(plan, base, bytes, run);
                }
                for (Arrangement arrangement : plan.arrangements()) {
                    String missing = NodePrograms.missingOrNull(arrangement.contender());
                    if (missing != null) {
                        sayOnce(missing);
                    } else if (options.quick() && System.nanoTime() - began > QUICK_MAX.toNanos()) {
                        say("no time for " + arrangement.name() + ": this machine is slow or busy");
                    } else {
                        runOne(plan, base, arrangement, run);
                    }
                }
            }
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
        return hasFailed ? RUN_FAILED : 0;
    }

    private ClusterOptions.Plan plan() {
        try {
            return options.plan();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec().commandLine(), e.getMessage(), e);
        }
    }

    private void measureDisk(ClusterOptions.Plan plan, Path base, int bytes, int run) throws IOException {
        Path scratch = Files.createTempDirectory(base, "disk-" + run + "-");
        try {
            heard(DiskWrites.measure(scratch, bytes, plan.inFlightMost(), plan.time()), run, plan.runs());
        } finally {
            DiskUse.delete(scratch);
        }
    }

    /** A system that fails is told of, and the others go on: a comparison lasts long. */
    private void runOne(ClusterOptions.Plan plan, Path base, Arrangement arrangement, int run) throws IOException {
        Path scratch = Files.createTempDirectory(base, arrangement.name() + "-" + run + "-");
        Path temporary = options.directory() == null ? base : scratch;
        try (Children children = Children.in(scratch, () -> DiskUse.delete(temporary))) {
            NodePrograms programs = NodePrograms.of(arrangement, scratch);
            List<List<String>> nodes = programs.nodes();
            for (int i = 0; i < nodes.size(); i++) {
                children.start(arrangement.name() + "-n" + (i + 1), nodes.get(i));
            }
            LoadSpec load = plan.load(arrangement, programs.endpoints(), run);
            children.run(arrangement.name() + "-load", programs.load(load), line -> heard(line, run, plan.runs()));
        } catch (RunFailedException e) {
            hasFailed = true;
            say(e.getMessage() + "\n" + e.log());
        } finally {
            DiskUse.delete(scratch);
        }
    }

    private void heard(String line, int run, int runs) {
        if (line.startsWith("{")) {
            heard(Measurement.parse(line), run, runs);
        } else if (line.startsWith(LoadProgram.NOTE)) {
            say(line.substring(LoadProgram.NOTE.length()));
        }
    }

    private void heard(Measurement measurement, int run, int runs) {
        medians.add(measurement);
        say(String.format(Locale.ROOT, "run %d of %d: %s", run, runs, text(measurement)));
    }

    private static String text(Measurement measurement) {
        Measurement.Subject subject = measurement.subject();
        return String.format(
                Locale.ROOT,
                "%-6s %-9s %2d shard(s) %4d in flight %5d bytes: %9.0f/s  p50 %7.0f us  p99 %7.0f us  %.0f errors",
                subject.system(),
                subject.workload(),
                subject.shards(),
                subject.inFlight(),
                subject.valueBytes(),
                measurement.figures().get(Measurement.OPS_PER_SECOND),
                measurement.figures().get(Measurement.P50_US),
                measurement.figures().get(Measurement.P99_US),
                measurement.figures().get(Measurement.ERRORS));
    }

    private void sayOnce(String line) {
        if (said.add(line)) {
            say(line);
        }
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

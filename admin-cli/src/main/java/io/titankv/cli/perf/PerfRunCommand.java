package io.titankv.cli.perf;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Failures;
import io.titankv.cli.common.Interruption;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.Progress;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.Style.Tone;
import io.titankv.cli.common.TitanCommand;
import io.titankv.client.TitanClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "run",
        description = {
            "Put a load on a running cluster and measure it. Keys perf-0000000000 and on are read and overwritten, and"
                    + " stay. Ctrl-C ends it",
            "early and reports what was measured. Errors are counted by their code and end nothing."
        })
final class PerfRunCommand extends TitanCommand {
    private static final int BAR_CELLS = 20;
    /** How long the end of the process waits for the report of an interrupted run. */
    private static final Duration REPORT_TIMEOUT = Duration.ofSeconds(20);

    @Mixin
    private RunFlags flags = new RunFlags();

    @Option(names = "--out", paramLabel = "FILE.json", description = "Keep the result here, for 'titan perf compare'")
    private @Nullable Path out;

    @Option(
            names = "--plot",
            paramLabel = "FILE.svg",
            description = "Draw latency by percentile and operations a second into this file")
    private @Nullable Path plot;

    /** What Ctrl-C stops now. */
    private final AtomicReference<Runnable> stops = new AtomicReference<>(() -> {});

    private volatile boolean isInterrupted;

    PerfRunCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        RunSettings settings = flags.settings(global());
        // More than one lets in at once, as an answer is heard of before its room is free again.
        int operationsMax = 2 * Math.max(settings.pace().inFlightMax(), Filler.IN_FLIGHT_MAX);
        CountDownLatch reported = new CountDownLatch(1);
        Interruption interruption = Interruption.runs(() -> interrupt(reported));
        List<TitanClient> clients = new ArrayList<>();
        try {
            clients.addAll(context.connections()
                    .newClients(global(), settings.connections(), operationsMax, RunFlags.clientBytesMax()));
            PerfFiles.requireWritable(out);
            PerfFiles.requireWritable(plot);
            Target target = new ClientTarget(
                    clients,
                    settings.keyPrefix(),
                    settings.valueBytes(),
                    flags.read().options(),
                    flags.write().options());
            return run(settings, target);
        } finally {
            clients.forEach(TitanClient::close);
            console().flush();
            reported.countDown();
            interruption.over();
        }
    }

    private void interrupt(CountDownLatch reported) {
        isInterrupted = true;
        stops.get().run();
        try {
            if (!reported.await(REPORT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                console().errorLine("titan: no report: it took too long");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int run(RunSettings settings, Target target) {
        long loadFailed = settings.load() ? load(settings, target) : 0;
        if (isInterrupted) {
            throw new CliException(ExitCode.UNAVAILABLE, "interrupted before the run began");
        }
        console().errorLine(console().errorStyle().paint(Tone.FAINT, settings.line()));
        RunMeasurement result = measure(settings, target, loadFailed);
        new RunReport(console(), context.format()).print(result);
        if (out != null) {
            PerfFiles.write(out, Json.indented(RunJson.of(result)) + "\n");
        }
        if (plot != null) {
            PerfFiles.write(
                    plot, PerfPlot.draw("titan perf run", settings.line(), List.of(new PerfPlot.Run("", result))));
        }
        return requireSome(result);
    }

    private RunMeasurement measure(RunSettings settings, Target target, long loadFailed) {
        Progress progress = new Progress(console());
        LoadRun run = new LoadRun(settings, target, Instant.now(), loadFailed);
        stops.set(run::stop);
        if (isInterrupted) {
            run.stop();
        }
        LongAdder errors = new LongAdder();
        try {
            return run.run(second -> {
                errors.add(second == null ? 0 : second.errors());
                progress.update(() -> line(settings, progress, second, errors.sum()));
            });
        } finally {
            progress.clear();
        }
    }

    /** Figures of the last second, and errors since the warm-up. */
    private String line(RunSettings settings, Progress progress, @Nullable Second second, long errors) {
        if (second == null) {
            return "warming up, "
                    + Quantity.duration(Duration.ofSeconds(progress.elapsed().toSeconds())) + " of "
                    + Quantity.duration(settings.warmUp());
        }
        double part = second.endSeconds() * 1e9 / settings.time().toNanos();
        // In a log a bar is noise.
        return (console().terminal().err() ? Progress.bar(part, BAR_CELLS) + " " : "")
                + Quantity.duration(Duration.ofSeconds(Math.round(second.endSeconds()))) + " of "
                + Quantity.duration(settings.time()) + "  " + Quantity.count(Math.round(second.rate())) + " ops/s"
                + p99("  p99 reads ", second.reads()) + p99("  p99 writes ", second.writes()) + "  "
                + Quantity.of(errors, "error");
    }

    private static String p99(String name, Latencies latencies) {
        return latencies.count() == 0 ? "" : name + RunReport.number(latencies.p99Nanos() / 1e6) + " ms";
    }

    /** Writes every key; returns how many could not be. */
    private long load(RunSettings settings, Target target) {
        Filler filler = new Filler(target, settings.keys(), RunFlags.fillInFlight(settings));
        stops.set(filler::stop);
        Progress progress = new Progress(console());
        try {
            filler.run(() -> progress.update(() -> "loading "
                    + Quantity.percent((double) filler.written() / settings.keys()) + "  "
                    + Quantity.of(filler.written(), "key") + ", "
                    + Quantity.count(Math.round(progress.rate(filler.written()))) + "/s, "
                    + Quantity.of(filler.failed(), "error")));
        } finally {
            progress.clear();
        }
        console()
                .errorLine("loaded " + Quantity.of(filler.written(), "key") + " in "
                        + Quantity.duration(progress.elapsed()) + " ("
                        + Quantity.count(Math.round(progress.rate(filler.written()))) + "/s)");
        filler.errors()
                .list()
                .forEach(error -> console()
                        .errorLine("titan: " + Quantity.of(error.count(), "key") + " not loaded: " + error.code()
                                + ", e.g. " + error.example()));
        return filler.failed();
    }

    /** A run of which nothing succeeded ends as the command would that met its first error. */
    private int requireSome(RunMeasurement result) {
        if (result.operations() > 0 || result.errors().isEmpty()) {
            return ExitCode.OK;
        }
        FailureCounts.Counted error = result.errors().getFirst();
        throw new CliException(
                Failures.exitCode(error.code()), "no operation succeeded; the most frequent error: " + error.example());
    }
}

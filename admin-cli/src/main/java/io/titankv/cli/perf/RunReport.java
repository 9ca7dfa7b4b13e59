package io.titankv.cli.perf;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.Style.Tone;
import java.time.Duration;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** A result as people and programs read it. Confined to one thread. */
final class RunReport {
    private final Console console;
    private final OutputFormat format;

    RunReport(Console console, OutputFormat format) {
        this.console = console;
        this.format = format;
    }

    void print(RunMeasurement result) {
        switch (format) {
            case JSON -> console.println(Json.indented(RunJson.of(result)));
            case JSONL -> console.println(Json.line(RunJson.of(result)));
            case TABLE, PLAIN, RAW -> tables(result);
        }
        console.flush();
        notes(result);
    }

    private void tables(RunMeasurement result) {
        Sheet sheet = Sheet.of(
                "kind",
                "operations>",
                "per_second>",
                "mean_ms>",
                "p50_ms>",
                "p90_ms>",
                "p99_ms>",
                "p99.9_ms>",
                "max_ms>");
        boolean areBoth = result.reads().getTotalCount() > 0 && result.writes().getTotalCount() > 0;
        row(sheet, "reads", result, result.reads());
        row(sheet, "writes", result, result.writes());
        if (areBoth) {
            row(sheet, "all", result, result.all());
        }
        sheet.print(console, format);
        if (!result.errors().isEmpty()) {
            if (format == OutputFormat.TABLE) {
                console.println("");
            }
            Sheet errors = Sheet.of("error", "count>", "example");
            result.errors()
                    .forEach(error -> errors.row(
                            Cell.of(error.code()).tone(Tone.BAD),
                            new Cell(Quantity.count(error.count()), error.count(), Tone.PLAIN),
                            Cell.of(error.example())));
            errors.print(console, format);
        }
    }

    private static void row(Sheet sheet, String name, RunMeasurement result, Histogram histogram) {
        Latencies latencies = Latencies.of(histogram);
        if (latencies.count() == 0) {
            return;
        }
        sheet.row(
                Cell.of(name),
                Cell.of(Quantity.count(latencies.count())),
                Cell.of(Quantity.count(Math.round(result.rate(latencies.count())))),
                millis(latencies.meanNanos()),
                millis((double) latencies.p50Nanos()),
                millis((double) latencies.p90Nanos()),
                millis((double) latencies.p99Nanos()),
                millis((double) latencies.p999Nanos()),
                millis((double) latencies.maxNanos()));
    }

    private static Cell millis(double nanos) {
        return Cell.of(number(nanos / 1e6));
    }

    /** With three digits that count. */
    static String number(double value) {
        int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    /** What the figures do not say by themselves. */
    private void notes(RunMeasurement result) {
        if (result.isInterrupted()) {
            note("interrupted after " + duration(result.seconds()) + " of "
                    + Quantity.duration(result.settings().time()));
        }
        if (result.operations() + result.failed() == 0) {
            note("nothing was measured: it ended before the warm-up did, or no answer came");
        }
        if (result.absent() > 0) {
            note(Quantity.of(result.absent(), "read") + " found no value: --load writes all keys first");
        }
        if (result.loadFailed() > 0) {
            note(Quantity.of(result.loadFailed(), "key") + " could not be written before the run");
        }
        if (result.late() > 0) {
            note(Quantity.of(result.late(), "operation") + " started more than "
                    + Duration.ofNanos(Generator.LATE_NANOS).toMillis()
                    + " ms after they were due, as "
                    + Quantity.count(result.settings().pace().inFlightMax())
                    + " were in flight or this process had no processor; the wait is in their latencies");
        }
        if (result.unstarted() > 0) {
            note(Quantity.of(result.unstarted(), "operation")
                    + " were due and never started: the rate is more than was served, and latencies grow with the time"
                    + " of the run");
        }
        if (result.unanswered() > 0) {
            note(Quantity.of(result.unanswered(), "operation") + " had no answer when the run was given up");
        }
    }

    private static String duration(double seconds) {
        return Quantity.duration(Duration.ofMillis(Math.round(seconds * 1000)));
    }

    private void note(String text) {
        console.errorLine(console.errorStyle().paint(Tone.WARNING, "note:") + " " + text);
    }
}

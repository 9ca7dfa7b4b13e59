package io.titankv.cli.data;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Interruption;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.Progress;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.TitanCommand;
import io.titankv.cli.common.WriteFlags;
import io.titankv.cli.data.Importer.OnError;
import io.titankv.client.TitanClient;
import io.titankv.client.WriteOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        description = {
            "Store the records of a file of JSON lines: {\"key\": \"k\", \"value\": \"v\"}, or key_b64 and value_b64"
                    + " for bytes",
            "that are no text, and tag or tag_b64 for a routing tag. A name that ends with .gz is unpacked."
        })
final class DataImportCommand extends TitanCommand {
    /** Outlasts the loss of a node, its shards' elections and a busy machine. */
    private static final Duration RECORD_TIMEOUT = Duration.ofSeconds(60);

    private static final int BAR_CELLS = 20;

    @Parameters(paramLabel = "FILE|-", description = "A file, or - for standard input")
    private String file = "";

    @Option(
            names = "--on-error",
            paramLabel = "stop|skip",
            description =
                    "At a line that cannot be stored: stop (the default), keeping what was stored before, or skip it")
    private OnError onError = OnError.stop;

    @Mixin
    private WriteFlags write = new WriteFlags();

    DataImportCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        try (ImportSource source = ImportSource.open(file, console())) {
            TitanClient client = context.connections().client(global());
            WriteOptions options = write.options().withTimeout(global().timeoutOr(RECORD_TIMEOUT));
            String name = file.equals("-") ? "standard input" : file;
            Importer importer = new Importer(context, name, client, options, onError);
            LineReader lines = new LineReader(source.stream());
            return run(importer, source, lines);
        }
    }

    private int run(Importer importer, ImportSource source, LineReader lines) {
        Progress progress = new Progress(console());
        Interruption interruption = Interruption.runs(() -> console()
                .errorLine("\ninterrupted: " + Quantity.of(importer.imported(), "record") + " stored, which stay"));
        @Nullable CliException failure;
        try {
            failure = importer.run(lines, () -> progress.update(() -> line(importer, source, progress)));
        } finally {
            interruption.over();
            progress.clear();
        }
        summary(importer, progress);
        if (failure != null) {
            throw failure;
        }
        return ExitCode.OK;
    }

    private String line(Importer importer, ImportSource source, Progress progress) {
        long done = importer.imported();
        StringBuilder line = new StringBuilder("importing ");
        OptionalDouble part = source.part();
        if (part.isPresent()) {
            // In a log a bar is noise.
            line.append(console().terminal().err() ? Progress.bar(part.getAsDouble(), BAR_CELLS) + " " : "")
                    .append(Quantity.percent(part.getAsDouble()))
                    .append("  ");
        }
        line.append(Quantity.of(done, "record"))
                .append(", ")
                .append(Quantity.count((long) progress.rate(done)))
                .append("/s");
        if (part.isPresent() && part.getAsDouble() > 0.01) {
            double seconds = progress.elapsed().toMillis() / 1000.0;
            long left = (long) (seconds / part.getAsDouble() * (1 - part.getAsDouble()));
            line.append(", ")
                    .append(Quantity.duration(Duration.ofSeconds(left)))
                    .append(" left");
        }
        return line.toString();
    }

    private void summary(Importer importer, Progress progress) {
        OutputFormat format = context.format();
        if (format == OutputFormat.JSON || format == OutputFormat.JSONL) {
            Map<String, @Nullable Object> summary = new LinkedHashMap<>();
            summary.put("imported", importer.imported());
            summary.put("skipped", importer.skipped());
            summary.put("failed", importer.failed());
            summary.put("seconds", progress.elapsed().toMillis() / 1000.0);
            console().println(Json.line(summary));
            return;
        }
        console()
                .errorLine("imported " + Quantity.of(importer.imported(), "record") + " in "
                        + Quantity.duration(progress.elapsed()) + " ("
                        + Quantity.count((long) progress.rate(importer.imported()))
                        + "/s); " + Quantity.of(importer.skipped(), "line") + " skipped, "
                        + Quantity.of(importer.failed(), "record") + " failed");
    }
}

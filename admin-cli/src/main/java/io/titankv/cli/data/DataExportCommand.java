package io.titankv.cli.data;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.KeyOptions;
import io.titankv.cli.common.Progress;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.ReadFlags;
import io.titankv.cli.common.TitanCommand;
import io.titankv.client.ScanCursor;
import io.titankv.client.ScanRecord;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = {
            "Write all records as JSON lines, in the form that import takes, in the order of their tokens. A name that"
                    + " ends",
            "with .gz is packed. Keys written meanwhile may be in it or not."
        })
final class DataExportCommand extends TitanCommand {
    @Parameters(paramLabel = "FILE|-", description = "A file, or - for standard output")
    private String file = "";

    @Mixin
    private ScanFlags scan = new ScanFlags();

    @Mixin
    private KeyOptions keys = new KeyOptions();

    @Mixin
    private ReadFlags read = new ReadFlags();

    DataExportCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        Progress progress = new Progress(console());
        long written = 0;
        try (ScanCursor cursor =
                        context.connections().client(global()).scan(scan.query(keys, global(), read.options()));
                ExportTarget target = ExportTarget.open(file, console())) {
            while (cursor.hasNext()) {
                ScanRecord record = cursor.next();
                target.line(
                        new JsonRecord(record.key(), record.value()).toLine().getBytes(StandardCharsets.UTF_8));
                written++;
                long soFar = written;
                progress.update(() -> "exporting: " + Quantity.of(soFar, "record") + ", "
                        + Quantity.count((long) progress.rate(soFar)) + "/s");
            }
            target.finish();
        } finally {
            progress.clear();
        }
        if (!file.equals("-") || console().terminal().err()) {
            console()
                    .errorLine("exported " + Quantity.of(written, "record") + " in "
                            + Quantity.duration(progress.elapsed()) + " ("
                            + Quantity.count((long) progress.rate(written))
                            + "/s)");
        }
        return ExitCode.OK;
    }
}

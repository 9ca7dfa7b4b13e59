package io.titankv.cli.store;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Progress;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.Style.Tone;
import io.titankv.cli.common.TitanCommand;
import io.titankv.cli.store.StoreDirectories.Found;
import io.titankv.engine.StoreInspector;
import io.titankv.engine.StoreInspector.FileReport;
import io.titankv.engine.StoreInspector.StoreReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "inspect",
        description = "What the stores of a data directory consist of: keys, bytes, last entry; with --files each file")
final class StoreInspectCommand extends TitanCommand {
    @Parameters(
            paramLabel = "DIR",
            description = "A node's data directory, the directory of 'titan up', or one engine's")
    private Path directory = Path.of("");

    @Option(names = "--files", description = "List every file instead of every store")
    private boolean areFilesAsked;

    StoreInspectCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        List<Found> found = StoreDirectories.find(directory);
        Sheet stores = Sheet.of("store", "group>", "keys>", "live>", "dead>", "data_files>", "term>", "applied>");
        Sheet files = Sheet.of("store", "file", "role", "size>", "live>", "records");
        Progress progress = new Progress(console());
        try {
            for (int i = 0; i < found.size(); i++) {
                Found one = found.get(i);
                int done = i;
                progress.update(() -> "reading " + Progress.bar((double) done / found.size(), 20) + " " + one.name());
                StoreReport report = StoreFailures.explained(one, () -> new StoreInspector(one.directory()).inspect());
                addStore(stores, one, report);
                report.files().forEach(file -> addFile(files, one, file));
            }
        } finally {
            progress.clear();
        }
        (areFilesAsked ? files : stores).print(console(), context.format());
        return ExitCode.OK;
    }

    private static void addStore(Sheet sheet, Found found, StoreReport report) {
        List<FileReport> data = report.files().stream()
                .filter(file -> file.role() == StoreInspector.Role.SEALED || file.role() == StoreInspector.Role.ACTIVE)
                .toList();
        boolean isDamaged = report.keys() < 0;
        long size = data.stream().mapToLong(FileReport::bytes).sum();
        long live = data.stream().mapToLong(FileReport::liveBytes).sum();
        Cell damaged = new Cell("damaged", null, Tone.BAD);
        sheet.row(
                Cell.of(found.name()),
                Cell.of(report.groupNumber()),
                isDamaged ? damaged : Cell.of(report.keys()),
                isDamaged ? damaged : Cell.bytes(live),
                isDamaged ? damaged : Cell.bytes(size - live),
                Cell.of(data.size()),
                Cell.of(report.applied().term()),
                Cell.of(report.applied().index()));
    }

    private static void addFile(Sheet sheet, Found found, FileReport file) {
        Map<String, Long> records = new TreeMap<>(file.records());
        String text = records.entrySet().stream()
                .map(entry -> entry.getKey().toLowerCase(Locale.ROOT) + "=" + entry.getValue())
                .collect(Collectors.joining(","));
        sheet.row(
                Cell.of(found.name()),
                Cell.of(file.name()),
                Cell.of(file.role().name().toLowerCase(Locale.ROOT)),
                Cell.bytes(file.bytes()),
                file.liveBytes() < 0 ? new Cell("-", null, Tone.BAD) : Cell.bytes(file.liveBytes()),
                new Cell(text.isEmpty() ? "-" : text, records, text.isEmpty() ? Tone.FAINT : Tone.PLAIN));
    }
}

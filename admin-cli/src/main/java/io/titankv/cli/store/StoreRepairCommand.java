package io.titankv.cli.store;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.Style.Tone;
import io.titankv.cli.common.TitanCommand;
import io.titankv.cli.store.StoreDirectories.Found;
import io.titankv.engine.RepairReport;
import io.titankv.engine.StoreInspector;
import io.titankv.engine.StoreRepair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "repair",
        description = {
            "Save what can be read of damaged stores. Without --yes it only tells what it would do, and ends with 1"
                    + " when there is something to do.",
            "Good records of a damaged file are written into a new one, the damaged one stays beside it as"
                    + " NAME.damaged-N. Older values of lost records may come back."
        })
final class StoreRepairCommand extends TitanCommand {
    @Parameters(
            paramLabel = "DIR",
            description = "A node's data directory, the directory of 'titan up', or one engine's")
    private Path directory = Path.of("");

    @Option(names = "--yes", description = "Do it")
    private boolean isSure;

    StoreRepairCommand(Context context) {
        super(context);
    }

    private record Outcome(Found found, RepairReport report) {}

    @Override
    protected int run() {
        List<Found> found = StoreDirectories.find(directory);
        List<Outcome> outcomes = new ArrayList<>();
        StoreProgress progress = new StoreProgress(console(), isSure ? "repairing" : "looking");
        try {
            for (int i = 0; i < found.size(); i++) {
                int index = i;
                Found one = found.get(i);
                StoreInspector.Progress listener = (file, done, all) -> progress.update(found, index, file, done, all);
                RepairReport report = StoreFailures.explained(one, () -> {
                    StoreRepair repair = new StoreRepair(one.directory());
                    RepairReport planned = repair.plan(listener);
                    return isSure && !planned.isClean() ? repair.repair(listener) : planned;
                });
                if (!report.isClean()) {
                    outcomes.add(new Outcome(one, report));
                }
            }
        } finally {
            progress.clear();
        }
        print(outcomes);
        outcomes.forEach(this::warn);
        String checked = Quantity.of(found.size(), "store") + " checked: ";
        if (outcomes.isEmpty()) {
            console().errorLine(checked + "nothing to repair");
            return ExitCode.OK;
        }
        console()
                .errorLine(checked
                        + Quantity.of(outcomes.size(), "store")
                        + (isSure ? " repaired" : " to repair; nothing was changed, --yes does it"));
        return isSure ? ExitCode.OK : ExitCode.NOT_FOUND;
    }

    private void print(List<Outcome> outcomes) {
        OutputFormat format = context.format();
        Sheet sheet = Sheet.of("store", "what", "file", "from>", "to>", "detail");
        for (Outcome outcome : outcomes) {
            RepairReport report = outcome.report();
            String store = outcome.found().name();
            for (RepairReport.Damage damage : report.damages()) {
                sheet.row(
                        Cell.of(store),
                        Cell.of("damage").tone(Tone.BAD),
                        Cell.of(damage.file()),
                        Cell.of(damage.startInclusive()),
                        Cell.of(damage.endExclusive()),
                        Cell.of(damage.what()));
            }
            step(sheet, store, "set_aside", report.setAside(), "kept to be looked at");
            step(sheet, store, "write", report.written(), "good records of a damaged file");
            step(sheet, store, "rebuild", report.hintsRebuilt(), "hint file");
        }
        if (!outcomes.isEmpty() || format == OutputFormat.JSON) {
            sheet.print(console(), format);
        }
        console().flush();
    }

    private static void step(Sheet sheet, String store, String what, List<String> files, String detail) {
        for (String file : files) {
            sheet.row(Cell.of(store), Cell.of(what), Cell.of(file), Cell.of(""), Cell.of(""), Cell.of(detail));
        }
    }

    private void warn(Outcome outcome) {
        RepairReport report = outcome.report();
        String store = outcome.found().name();
        console()
                .errorLine(store + ": " + Quantity.of(report.recordsSaved(), "record")
                        + " saved from damaged files, " + Quantity.of(report.recordsLost(), "record")
                        + " known to be lost, " + report.recordsStale()
                        + " of them with an older value that comes back; "
                        + Quantity.of(report.recordsInDoubt(), "record") + " may be stale; "
                        + Quantity.of(report.keys(), "key") + " afterwards");
        if (report.isManifestLost()) {
            console()
                    .errorLine(store + ": the manifest is lost: every data file there is was taken, and deleted records"
                            + " may come back from files that a merge had replaced");
        }
        if (!report.metadataLost().isEmpty()) {
            console()
                    .errorLine(store + ": metadata lost or of an older value: "
                            + String.join(", ", report.metadataLost()));
        }
        if (report.isLossy() && report.clusterId() != 0) {
            boolean isUp = !store.startsWith("shards") && store.contains("/shards/");
            console()
                    .errorLine("titan: WARNING: " + store + " is a replica of group " + report.groupNumber()
                            + ". Repaired it differs from its peers without knowing it. Do not repair it while a"
                            + " majority of them is whole: start the node, which finds the damage and rebuilds the"
                            + " replica from them: "
                            + (isUp
                                    ? "titan up --data-dir " + directory
                                    : "titan server --data-dir " + directory + " ... (as it was started before)"));
        }
    }
}

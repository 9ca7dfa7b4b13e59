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
import io.titankv.engine.StoreInspector;
import io.titankv.engine.StoreInspector.Problem;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Check every byte of the stores in a data directory. Ends with 0 when opening them loses nothing, with 1"
                    + " when one is",
            "damaged. What opening heals by itself (a torn tail, a bad hint file, a left-over file) is told but is no"
                    + " damage."
        })
final class StoreVerifyCommand extends TitanCommand {
    @Parameters(
            paramLabel = "DIR",
            description = "A node's data directory, the directory of 'titan up', or one engine's")
    private Path directory = Path.of("");

    StoreVerifyCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        List<Found> found = StoreDirectories.find(directory);
        Sheet sheet = Sheet.of("store", "file", "offset>", "severity", "problem");
        int damaged = 0;
        int healing = 0;
        StoreProgress progress = new StoreProgress(console(), "verifying");
        try {
            for (int i = 0; i < found.size(); i++) {
                Found one = found.get(i);
                int index = i;
                List<Problem> problems = StoreFailures.explained(
                        one,
                        () -> new StoreInspector(one.directory())
                                .verify((file, done, all) -> progress.update(found, index, file, done, all)));
                for (Problem problem : problems) {
                    damaged += problem.harmless() ? 0 : 1;
                    healing += problem.harmless() ? 1 : 0;
                    sheet.row(
                            Cell.of(one.name()),
                            Cell.of(problem.file()),
                            Cell.of(problem.offset()),
                            problem.harmless()
                                    ? Cell.of("heals").tone(Tone.WARNING)
                                    : Cell.of("damage").tone(Tone.BAD),
                            Cell.of(problem.what()));
                }
            }
        } finally {
            progress.clear();
        }
        OutputFormat format = context.format();
        if (damaged + healing > 0 || format == OutputFormat.JSON) {
            sheet.print(console(), format);
        }
        console().flush();
        console()
                .errorLine(Quantity.of(found.size(), "store") + " checked: "
                        + (damaged == 0 ? "no damage" : Quantity.of(damaged, "damaged place"))
                        + (healing == 0 ? "" : ", " + Quantity.of(healing, "place") + " that opening heals"));
        return damaged == 0 ? ExitCode.OK : ExitCode.NOT_FOUND;
    }
}

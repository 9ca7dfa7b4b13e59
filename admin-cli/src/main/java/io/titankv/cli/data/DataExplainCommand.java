package io.titankv.cli.data;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.NounCommand;
import picocli.CommandLine.Command;

@Command(
        name = "explain",
        description = "Show how the cluster would do something, by doing it",
        subcommands = DataExplainGetCommand.class)
final class DataExplainCommand extends NounCommand {
    DataExplainCommand(Context context) {
        super(context);
    }
}

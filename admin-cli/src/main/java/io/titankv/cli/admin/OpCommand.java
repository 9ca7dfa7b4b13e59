package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.NounCommand;
import picocli.CommandLine.Command;

@Command(
        name = "op",
        description = "What is being moved, and was: operations",
        subcommands = {OpListCommand.class, OpGetCommand.class, OpWaitCommand.class, OpCancelCommand.class})
public final class OpCommand extends NounCommand {
    public OpCommand(Context context) {
        super(context);
    }
}

package io.titankv.cli.store;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.NounCommand;
import picocli.CommandLine.Command;

@Command(
        name = "store",
        description = "Look into a data directory while no node runs in it, and mend it",
        subcommands = {
            StoreInspectCommand.class,
            StoreVerifyCommand.class,
            StoreScanCommand.class,
            StoreRepairCommand.class,
            StoreMergeCommand.class
        })
public final class StoreCommand extends NounCommand {
    public StoreCommand(Context context) {
        super(context);
    }
}

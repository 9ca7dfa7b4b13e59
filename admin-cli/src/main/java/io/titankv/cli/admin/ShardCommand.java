package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.NounCommand;
import picocli.CommandLine.Command;

@Command(
        name = "shard",
        description = "The shards: which of them owns what, and who shall",
        subcommands = {
            ShardListCommand.class,
            ShardGetCommand.class,
            ShardLocateCommand.class,
            ShardWhyCommand.class,
            ShardCreateCommand.class,
            ShardSplitCommand.class,
            ShardMoveCommand.class,
            ShardMergeCommand.class,
            ShardRebalanceCommand.class,
            ShardTransferLeaderCommand.class,
        })
public final class ShardCommand extends NounCommand {
    public ShardCommand(Context context) {
        super(context);
    }
}

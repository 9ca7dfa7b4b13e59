package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.NounCommand;
import picocli.CommandLine.Command;

@Command(
        name = "shard",
        description = "The shards, and which of them owns a key",
        subcommands = {ShardListCommand.class, ShardGetCommand.class, ShardLocateCommand.class})
public final class ShardCommand extends NounCommand {
    public ShardCommand(Context context) {
        super(context);
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.NounCommand;
import picocli.CommandLine.Command;

@Command(
        name = "node",
        description = "The nodes of the cluster",
        subcommands = {
            NodeListCommand.class,
            NodeGetCommand.class,
            NodeLabelCommand.class,
            NodeDrainCommand.class,
            NodeDecommissionCommand.class,
            NodeRecommissionCommand.class,
            NodeReplaceCommand.class,
        })
public final class NodeCommand extends NounCommand {
    public NodeCommand(Context context) {
        super(context);
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.NounCommand;
import picocli.CommandLine.Command;

@Command(
        name = "cluster",
        description = "The cluster as a whole",
        subcommands = {
            ClusterStatusCommand.class,
            ClusterHealthCommand.class,
            ClusterRingCommand.class,
            ClusterEventsCommand.class,
            ClusterSchedulersCommand.class,
            ClusterLimitsCommand.class,
        })
public final class ClusterCommand extends NounCommand {
    public ClusterCommand(Context context) {
        super(context);
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.NounCommand;
import picocli.CommandLine.Command;

@Command(
        name = "plan",
        description = "Changes that are stored and not carried out yet",
        subcommands = {PlanListCommand.class, PlanShowCommand.class, PlanApplyCommand.class, PlanCancelCommand.class})
public final class PlanCommand extends NounCommand {
    public PlanCommand(Context context) {
        super(context);
    }
}

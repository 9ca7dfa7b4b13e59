package io.titankv.cli.perf;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.NounCommand;
import picocli.CommandLine.Command;

@Command(
        name = "perf",
        description = "Put a load on a cluster, measure it, and compare measurements",
        subcommands = {PerfRunCommand.class, PerfCompareCommand.class})
public final class PerfCommand extends NounCommand {
    public PerfCommand(Context context) {
        super(context);
    }
}

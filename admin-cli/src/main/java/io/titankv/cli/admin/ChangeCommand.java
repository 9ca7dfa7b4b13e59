package io.titankv.cli.admin;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import picocli.CommandLine.Mixin;

/** A change of the cluster: its plan is shown, and carried out when whoever asks says so. */
abstract class ChangeCommand extends TitanCommand {
    @Mixin
    private final ChangeFlags flags = new ChangeFlags();

    ChangeCommand(Context context) {
        super(context);
    }

    /** Makes the call. */
    abstract ChangeResponse ask(ChangeOptions options);

    @Override
    protected final int run() {
        if (flags.dryRun() || flags.planOnly()) {
            show(ask(options()
                    .setValidateOnly(flags.dryRun())
                    .setPlanOnly(!flags.dryRun())
                    .build()));
            return ExitCode.OK;
        }
        if (!flags.yes()) {
            ChangeResponse looked = ask(options().setValidateOnly(true).build());
            show(looked);
            if (looked.getPlan().getStepsCount() == 0) {
                return ExitCode.OK; // it is so already
            }
            if (!isConfirmed()) {
                console().errorLine("titan: nothing was changed");
                return ExitCode.NOT_FOUND;
            }
        }
        return follow(ask(options().build()));
    }

    /** What is done once it has begun; returns the exit code. */
    int follow(ChangeResponse begun) {
        if (flags.waits()) {
            return new OperationWait(context).until(begun.getOperation().getOperationId());
        }
        OperationReport.of(begun.getOperation()).print(console(), context.format());
        return ExitCode.OK;
    }

    private ChangeOptions.Builder options() {
        return ChangeOptions.newBuilder().setWhy(flags.why()).setAskedBy(System.getProperty("user.name", ""));
    }

    private void show(ChangeResponse looked) {
        PlanReport.of(looked.getPlan()).print(console(), context.format());
    }

    private boolean isConfirmed() {
        Console console = console();
        if (!console.terminal().in()) {
            throw CliException.usage("this changes the cluster: add --yes to do it, or --dry-run only to look");
        }
        console.flush();
        console.errorRaw("Do it? [y/N] ");
        try {
            StringBuilder line = new StringBuilder();
            for (int next = console.in().read();
                    next >= 0 && next != '\n';
                    next = console.in().read()) {
                line.append((char) next);
            }
            String said = line.toString().strip();
            return said.equalsIgnoreCase("y") || said.equalsIgnoreCase("yes");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.NodeGrpc.NodeBlockingStub;
import java.io.IOException;
import java.io.UncheckedIOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A change of a node: its plan is shown, and carried out when whoever asks says so. */
abstract class NodeChangeCommand extends TitanCommand {
    @Parameters(paramLabel = "NODE", description = "As 'titan node ls' names it")
    private String nodeId = "";

    @Mixin
    private final ChangeFlags flags = new ChangeFlags();

    NodeChangeCommand(Context context) {
        super(context);
    }

    abstract ChangeResponse change(NodeBlockingStub stub, String nodeId, ChangeOptions options);

    @Override
    protected int run() {
        if (flags.dryRun() || flags.planOnly()) {
            ChangeResponse looked =
                    ask(options().setValidateOnly(flags.dryRun()).setPlanOnly(!flags.dryRun()));
            PlanReport.print(looked.getPlan(), console(), context.format());
            return ExitCode.OK;
        }
        if (!flags.yes()) {
            PlanReport.print(ask(options().setValidateOnly(true)).getPlan(), console(), context.format());
            if (!isConfirmed()) {
                console().errorLine("titan: nothing was changed");
                return ExitCode.NOT_FOUND;
            }
        }
        ChangeResponse begun = ask(options());
        if (flags.waits()) {
            return new OperationWait(context).until(begun.getOperation().getOperationId());
        }
        OperationReport.print(begun.getOperation(), console(), context.format());
        return ExitCode.OK;
    }

    private ChangeOptions.Builder options() {
        return ChangeOptions.newBuilder().setWhy(flags.why()).setAskedBy(System.getProperty("user.name", ""));
    }

    private ChangeResponse ask(ChangeOptions.Builder options) {
        return context.connections()
                .call(global(), NodeGrpc::newBlockingStub, stub -> change(stub, nodeId, options.build()));
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

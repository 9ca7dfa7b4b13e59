package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.TitanCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "wait", description = "Stay until an operation has ended; ends with 4 when it failed or was cancelled")
final class OpWaitCommand extends TitanCommand {
    @Parameters(paramLabel = "OPERATION", description = "As 'titan op ls' names it")
    private String operationId = "";

    OpWaitCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        return new OperationWait(context).until(operationId);
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.CancelOperationRequest;
import io.titankv.proto.admin.v1.OperationGrpc;
import io.titankv.proto.admin.v1.OperationInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "cancel", description = "End an operation: what is half done is undone or finished, what is done stays")
final class OpCancelCommand extends TitanCommand {
    @Parameters(paramLabel = "OPERATION", description = "As 'titan op ls' names it")
    private String operationId = "";

    @Option(names = "--why", paramLabel = "TEXT", description = "A reason, for those who look at it later")
    private String why = "";

    OpCancelCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        OperationInfo operation = context.connections()
                .call(
                        global(),
                        OperationGrpc::newBlockingStub,
                        stub -> stub.cancelOperation(CancelOperationRequest.newBuilder()
                                .setOperationId(operationId)
                                .setWhy(why)
                                .build()));
        OperationReport.print(operation, console(), context.format());
        return ExitCode.OK;
    }
}

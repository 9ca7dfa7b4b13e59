package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.GetOperationRequest;
import io.titankv.proto.admin.v1.OperationGrpc;
import io.titankv.proto.admin.v1.OperationInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "get", description = "One operation in full, with its steps")
final class OpGetCommand extends TitanCommand {
    @Parameters(paramLabel = "OPERATION", description = "As 'titan op ls' names it")
    private String operationId = "";

    OpGetCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        OperationInfo operation = context.connections()
                .call(
                        global(),
                        OperationGrpc::newBlockingStub,
                        stub -> stub.getOperation(GetOperationRequest.newBuilder()
                                .setOperationId(operationId)
                                .build()));
        OperationReport.print(operation, console(), context.format());
        return ExitCode.OK;
    }
}

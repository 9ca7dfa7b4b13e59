package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.GetOperationRequest;
import io.titankv.proto.admin.v1.OperationGrpc.OperationBlockingStub;
import io.titankv.proto.admin.v1.OperationInfo;
import picocli.CommandLine.Command;

@Command(name = "get", description = "One operation in full, with its steps and what it moves now")
final class OpGetCommand extends OneOperationCommand {
    OpGetCommand(Context context) {
        super(context);
    }

    @Override
    OperationInfo ask(OperationBlockingStub stub, String operationId) {
        return stub.getOperation(
                GetOperationRequest.newBuilder().setOperationId(operationId).build());
    }
}

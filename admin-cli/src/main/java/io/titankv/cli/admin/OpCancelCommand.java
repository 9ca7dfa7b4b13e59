package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.CancelOperationRequest;
import io.titankv.proto.admin.v1.OperationGrpc.OperationBlockingStub;
import io.titankv.proto.admin.v1.OperationInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "cancel", description = "End an operation: what is half done is undone or finished, what is done stays")
final class OpCancelCommand extends OneOperationCommand {
    @Option(names = "--why", paramLabel = "TEXT", description = "A reason, for those who look at it later")
    private String why = "";

    OpCancelCommand(Context context) {
        super(context);
    }

    @Override
    OperationInfo ask(OperationBlockingStub stub, String operationId) {
        return stub.cancelOperation(CancelOperationRequest.newBuilder()
                .setOperationId(operationId)
                .setWhy(why)
                .build());
    }
}

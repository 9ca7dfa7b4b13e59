package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.GetRingRequest;
import io.titankv.proto.admin.v1.MovingArc;
import io.titankv.proto.admin.v1.OperationGrpc;
import io.titankv.proto.admin.v1.OperationGrpc.OperationBlockingStub;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.PlanStep;
import java.util.List;
import picocli.CommandLine.Parameters;

/** A verb on an operation, which is shown as the call returned it, with the ranges that it moves at this moment. */
abstract class OneOperationCommand extends TitanCommand {
    @Parameters(paramLabel = "OPERATION", description = "As 'titan op ls' names it")
    private String operationId = "";

    OneOperationCommand(Context context) {
        super(context);
    }

    abstract OperationInfo ask(OperationBlockingStub stub, String operationId);

    @Override
    protected final int run() {
        OperationInfo operation =
                context.connections().call(global(), OperationGrpc::newBlockingStub, stub -> ask(stub, operationId));
        OperationReport.of(operation, moving(operation)).print(console(), context.format());
        return ExitCode.OK;
    }

    private List<MovingArc> moving(OperationInfo operation) {
        if (operation.hasEndedAt() || operation.getStepsList().stream().noneMatch(PlanStep::hasArc)) {
            return List.of();
        }
        return context
                .connections()
                .call(global(), ClusterGrpc::newBlockingStub, stub -> stub.getRing(GetRingRequest.getDefaultInstance()))
                .getMovingList()
                .stream()
                .filter(arc -> arc.getOperationId().equals(operation.getOperationId()))
                .toList();
    }
}

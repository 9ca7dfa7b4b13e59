package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ApplyPlanRequest;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.PlanGrpc;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "apply", description = "Carry a stored plan out")
final class PlanApplyCommand extends TitanCommand {
    @Parameters(paramLabel = "PLAN", description = "As 'titan plan ls' names it")
    private String planId = "";

    @Option(names = "--wait", description = "Stay until it is done")
    private boolean waits;

    PlanApplyCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        OperationInfo operation = context.connections()
                .call(
                        global(),
                        PlanGrpc::newBlockingStub,
                        stub -> stub.applyPlan(
                                ApplyPlanRequest.newBuilder().setPlanId(planId).build()));
        if (waits) {
            return new OperationWait(context).until(operation.getOperationId());
        }
        OperationReport.of(operation).print(console(), context.format());
        return ExitCode.OK;
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.GetPlanRequest;
import io.titankv.proto.admin.v1.PlanGrpc;
import io.titankv.proto.admin.v1.PlanInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "show", description = "One plan in full, with its steps")
final class PlanShowCommand extends TitanCommand {
    @Parameters(paramLabel = "PLAN", description = "As 'titan plan ls' names it")
    private String planId = "";

    PlanShowCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        PlanInfo plan = context.connections()
                .call(
                        global(),
                        PlanGrpc::newBlockingStub,
                        stub -> stub.getPlan(
                                GetPlanRequest.newBuilder().setPlanId(planId).build()));
        PlanReport.print(plan, console(), context.format());
        return ExitCode.OK;
    }
}

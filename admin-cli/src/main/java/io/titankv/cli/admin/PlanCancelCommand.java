package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.CancelPlanRequest;
import io.titankv.proto.admin.v1.PlanGrpc.PlanBlockingStub;
import io.titankv.proto.admin.v1.PlanInfo;
import picocli.CommandLine.Command;

@Command(name = "cancel", description = "Forget a stored plan")
final class PlanCancelCommand extends OnePlanCommand {
    PlanCancelCommand(Context context) {
        super(context);
    }

    @Override
    PlanInfo ask(PlanBlockingStub stub, String planId) {
        return stub.cancelPlan(CancelPlanRequest.newBuilder().setPlanId(planId).build());
    }
}

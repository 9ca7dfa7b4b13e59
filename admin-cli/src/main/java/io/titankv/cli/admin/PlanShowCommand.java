package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.GetPlanRequest;
import io.titankv.proto.admin.v1.PlanGrpc.PlanBlockingStub;
import io.titankv.proto.admin.v1.PlanInfo;
import picocli.CommandLine.Command;

@Command(name = "show", description = "One plan in full, with its steps")
final class PlanShowCommand extends OnePlanCommand {
    PlanShowCommand(Context context) {
        super(context);
    }

    @Override
    PlanInfo ask(PlanBlockingStub stub, String planId) {
        return stub.getPlan(GetPlanRequest.newBuilder().setPlanId(planId).build());
    }
}

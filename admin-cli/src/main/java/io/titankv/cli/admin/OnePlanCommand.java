package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.PlanGrpc;
import io.titankv.proto.admin.v1.PlanGrpc.PlanBlockingStub;
import io.titankv.proto.admin.v1.PlanInfo;
import picocli.CommandLine.Parameters;

/** A verb on a stored plan, which is shown as the call returned it. */
abstract class OnePlanCommand extends TitanCommand {
    @Parameters(paramLabel = "PLAN", description = "As 'titan plan ls' names it")
    private String planId = "";

    OnePlanCommand(Context context) {
        super(context);
    }

    abstract PlanInfo ask(PlanBlockingStub stub, String planId);

    @Override
    protected final int run() {
        PlanInfo plan = context.connections().call(global(), PlanGrpc::newBlockingStub, stub -> ask(stub, planId));
        PlanReport.of(plan).print(console(), context.format());
        return ExitCode.OK;
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ListPlansRequest;
import io.titankv.proto.admin.v1.PlanGrpc;
import io.titankv.proto.admin.v1.PlanInfo;
import java.time.Instant;
import picocli.CommandLine.Command;

@Command(name = "ls", description = "Plans that are stored; the newest first")
final class PlanListCommand extends TitanCommand {
    PlanListCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        Sheet sheet = Sheet.of("plan", "kind", "steps>", "bytes>", "expected>", "created", "reason");
        Instant now = Instant.now();
        for (PlanInfo plan : context.connections()
                .call(
                        global(),
                        PlanGrpc::newBlockingStub,
                        stub -> stub.listPlans(ListPlansRequest.getDefaultInstance()))
                .getPlansList()) {
            sheet.row(
                    Cell.of(plan.getPlanId()),
                    Cell.of(plan.getKind()),
                    Cell.of(plan.getStepsCount()),
                    Cell.bytes(plan.getBytes()),
                    Cell.duration(Protos.duration(plan.getExpected())),
                    Protos.since(plan.hasCreatedAt(), plan.getCreatedAt(), now),
                    Cell.orDash(plan.getReason()));
        }
        sheet.print(console(), context.format());
        return ExitCode.OK;
    }
}

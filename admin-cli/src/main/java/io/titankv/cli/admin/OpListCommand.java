package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ListOperationsRequest;
import io.titankv.proto.admin.v1.OperationGrpc;
import io.titankv.proto.admin.v1.OperationInfo;
import java.time.Instant;
import picocli.CommandLine.Command;

@Command(name = "ls", description = "Operations that run, and the last that ended; the newest first")
final class OpListCommand extends TitanCommand {
    OpListCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        Sheet sheet =
                Sheet.of("operation", "kind", "state", "steps", "left>", "eta>", "started", "waiting_on", "reason");
        Instant now = Instant.now();
        for (OperationInfo operation : context.connections()
                .call(
                        global(),
                        OperationGrpc::newBlockingStub,
                        stub -> stub.listOperations(ListOperationsRequest.getDefaultInstance()))
                .getOperationsList()) {
            sheet.row(
                    Cell.of(operation.getOperationId()),
                    Cell.of(operation.getKind()),
                    Protos.state(operation.getState()),
                    OperationReport.steps(operation),
                    Cell.bytes(operation.getBytesLeft()),
                    OperationReport.eta(operation),
                    Protos.since(operation.hasStartedAt(), operation.getStartedAt(), now),
                    Cell.orDash(operation.getWaitingOn()),
                    Cell.orDash(operation.getReason()));
        }
        sheet.print(console(), context.format());
        return ExitCode.OK;
    }
}

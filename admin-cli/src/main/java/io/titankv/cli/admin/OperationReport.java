package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Fields;
import io.titankv.proto.admin.v1.MovingArc;
import io.titankv.proto.admin.v1.OperationInfo;
import java.time.Instant;
import java.util.List;

/** An operation for people and programs: how far it is, why it is done, and what it waits for. Pure functions. */
final class OperationReport {
    private OperationReport() {}

    static Report of(OperationInfo operation) {
        return of(operation, List.of());
    }

    /** @param moving its arcs that are on their way now */
    static Report of(OperationInfo operation, List<MovingArc> moving) {
        Instant now = Instant.now();
        Fields head = new Fields()
                .add("operation", operation.getOperationId())
                .add("kind", operation.getKind())
                .add("state", Protos.state(operation.getState()))
                .add("reason", Cell.orDash(operation.getReason()))
                .add("steps", steps(operation))
                .add("bytes_done", Cell.bytes(operation.getBytesDone()))
                .add("bytes_left", Cell.bytes(operation.getBytesLeft()))
                .add("bytes_per_second", Protos.rate(operation.getBytesPerSecond()))
                .add("eta", eta(operation))
                .add("waiting_on", Cell.orDash(operation.getWaitingOn()))
                .add("started", Protos.since(operation.hasStartedAt(), operation.getStartedAt(), now))
                .add("ended", Protos.since(operation.hasEndedAt(), operation.getEndedAt(), now))
                .add("error", Cell.orDash(operation.getError()));
        return new Report(head)
                .lines("warnings", "warning", operation.getWarningsList())
                .table("transfers", TransferReport.of(moving))
                .table("steps_in_full", PlanReport.steps(operation.getStepsList()));
    }

    static Cell steps(OperationInfo operation) {
        return Cell.of(operation.getStepsDone() + " of " + operation.getStepsTotal());
    }

    static Cell eta(OperationInfo operation) {
        return operation.hasEta() ? Cell.duration(Protos.duration(operation.getEta())) : Cell.orDash("");
    }
}

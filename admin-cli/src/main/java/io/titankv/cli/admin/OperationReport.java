package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.Sheet;
import io.titankv.proto.admin.v1.OperationInfo;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An operation for people and programs: how far it is, why it is done, and what it waits for. */
final class OperationReport {
    private OperationReport() {}

    static void print(OperationInfo operation, Console console, OutputFormat format) {
        Instant now = Instant.now();
        Fields head = new Fields()
                .add("operation", operation.getOperationId())
                .add("kind", operation.getKind())
                .add("state", Protos.state(operation.getState()))
                .add("reason", Cell.orDash(operation.getReason()))
                .add("steps", steps(operation))
                .add("bytes_done", Cell.bytes(operation.getBytesDone()))
                .add("bytes_left", Cell.bytes(operation.getBytesLeft()))
                .add("bytes_per_second", Cell.bytes((long) operation.getBytesPerSecond()))
                .add("eta", eta(operation))
                .add("waiting_on", Cell.orDash(operation.getWaitingOn()))
                .add("started", Protos.since(operation.hasStartedAt(), operation.getStartedAt(), now))
                .add("ended", Protos.since(operation.hasEndedAt(), operation.getEndedAt(), now))
                .add("error", Cell.orDash(operation.getError()));
        Sheet steps = PlanReport.steps(operation.getStepsList());
        switch (format) {
            case TABLE, PLAIN, RAW -> {
                head.print(console, format);
                operation.getWarningsList().forEach(warning -> console.println("warning\t" + warning));
                if (operation.getStepsCount() > 0) {
                    console.println("");
                    steps.print(console, format);
                }
            }
            case JSON, JSONL -> {
                Map<String, @Nullable Object> all = new LinkedHashMap<>(head.json());
                all.put("warnings", operation.getWarningsList());
                all.put("steps_in_full", steps.json());
                console.println(format == OutputFormat.JSON ? Json.indented(all) : Json.line(all));
            }
        }
    }

    static Cell steps(OperationInfo operation) {
        return Cell.of(operation.getStepsDone() + " of " + operation.getStepsTotal());
    }

    static Cell eta(OperationInfo operation) {
        return operation.hasEta() ? Cell.duration(Protos.duration(operation.getEta())) : Cell.orDash("");
    }
}

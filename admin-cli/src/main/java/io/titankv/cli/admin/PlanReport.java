package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.Sheet;
import io.titankv.proto.admin.v1.PlanInfo;
import io.titankv.proto.admin.v1.PlanStep;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A plan for people and programs: what moves from where to where, how much, and what will be worse for it. */
final class PlanReport {
    private PlanReport() {}

    static void print(PlanInfo plan, Console console, OutputFormat format) {
        Fields head = new Fields()
                .add("plan", Cell.orDash(plan.getPlanId()))
                .add("kind", plan.getKind())
                .add("reason", Cell.orDash(plan.getReason()))
                .add("steps", plan.getStepsCount())
                .add("bytes", Cell.bytes(plan.getBytes()))
                .add("expected", Cell.duration(Protos.duration(plan.getExpected())))
                .add("created", Protos.since(plan.hasCreatedAt(), plan.getCreatedAt(), Instant.now()));
        Sheet steps = steps(plan.getStepsList());
        switch (format) {
            case TABLE, PLAIN, RAW -> {
                head.print(console, format);
                plan.getWarningsList().forEach(warning -> console.println("warning\t" + warning));
                if (plan.getStepsCount() > 0) {
                    console.println("");
                    steps.print(console, format);
                }
            }
            case JSON, JSONL -> {
                Map<String, @Nullable Object> all = new LinkedHashMap<>(head.json());
                all.put("warnings", plan.getWarningsList());
                all.put("steps", steps.json());
                console.println(format == OutputFormat.JSON ? Json.indented(all) : Json.line(all));
            }
        }
    }

    /** A row a step; those of an operation with how far they are. */
    static Sheet steps(List<PlanStep> steps) {
        Sheet sheet = Sheet.of("step>", "shard", "what", "from", "to", "bytes>", "state", "waits_for");
        int number = 0;
        for (PlanStep step : steps) {
            sheet.row(
                    Cell.of(++number),
                    Cell.orDash(step.getShardId()),
                    Cell.of(step.getKind()),
                    Cell.orDash(step.getFromNodeId()),
                    Cell.orDash(step.getToNodeId()),
                    Cell.bytes(step.getBytes()),
                    Protos.state(step.getState()),
                    Cell.orDash(step.getWaitingOn()));
        }
        return sheet;
    }
}

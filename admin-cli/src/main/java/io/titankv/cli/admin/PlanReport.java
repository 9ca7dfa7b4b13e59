package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.Sheet;
import io.titankv.proto.admin.v1.PlanInfo;
import io.titankv.proto.admin.v1.PlanStep;
import io.titankv.proto.admin.v1.ShardChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A plan for people and programs: what moves from where to where, how much, and what will be worse for it. Pure functions. */
final class PlanReport {
    private static final List<String> STEP_COLUMNS = List.of("step>", "shard", "what", "from", "to", "bytes>", "state");

    private PlanReport() {}

    static Report of(PlanInfo plan) {
        Fields head = new Fields()
                .add("plan", Cell.orDash(plan.getPlanId()))
                .add("kind", plan.getKind())
                .add("reason", Cell.orDash(plan.getReason()))
                .add("steps", plan.getStepsCount())
                .add("bytes", Cell.bytes(plan.getBytes()))
                .add("expected", Cell.duration(Protos.duration(plan.getExpected())))
                .add("created", Protos.since(plan.hasCreatedAt(), plan.getCreatedAt(), Instant.now()));
        return new Report(head)
                .lines("warnings", "warning", plan.getWarningsList())
                .table("shards", shards(plan.getShardsList()))
                .table("steps", steps(plan.getStepsList()));
    }

    /** The ring before and after: a row a shard that owns more or less. */
    private static Sheet shards(List<ShardChange> changes) {
        Sheet sheet = Sheet.of(
                "shard",
                "share_before>",
                "share_after>",
                "arcs_before>",
                "arcs_after>",
                "bytes_before>",
                "bytes_after>");
        for (ShardChange change : changes) {
            sheet.row(
                    Cell.of(change.getShardId()),
                    Cell.share(change.getShareBefore()),
                    Cell.share(change.getShareAfter()),
                    Cell.of(change.getArcsBefore()),
                    Cell.of(change.getArcsAfter()),
                    Cell.bytes(change.getBytesBefore()),
                    Cell.bytes(change.getBytesAfter()));
        }
        return sheet;
    }

    /**
     * A row a step; those of an operation with how far they are. A step that moves a range goes from shard to shard, the others
     * from node to node; which range is told where a step moves one.
     */
    static Sheet steps(List<PlanStep> steps) {
        boolean isOfRanges = steps.stream().anyMatch(PlanStep::hasArc);
        List<String> columns = new ArrayList<>(STEP_COLUMNS);
        if (isOfRanges) {
            columns.add("range");
        }
        columns.add("waits_for");
        Sheet sheet = Sheet.of(columns.toArray(String[]::new));
        int number = 0;
        for (PlanStep step : steps) {
            boolean isOfShards = !step.getToShardId().isEmpty();
            List<Cell> row = new ArrayList<>(List.of(
                    Cell.of(++number),
                    Cell.orDash(step.getShardId()),
                    Cell.of(step.getKind()),
                    Cell.orDash(isOfShards ? step.getShardId() : step.getFromNodeId()),
                    Cell.orDash(isOfShards ? step.getToShardId() : step.getToNodeId()),
                    Cell.bytes(step.getBytes()),
                    Protos.state(step.getState())));
            if (isOfRanges) {
                row.add(step.hasArc() ? Protos.range(step.getArc()) : Cell.orDash(""));
            }
            row.add(Cell.orDash(step.getWaitingOn()));
            sheet.row(row.toArray(Cell[]::new));
        }
        return sheet;
    }
}

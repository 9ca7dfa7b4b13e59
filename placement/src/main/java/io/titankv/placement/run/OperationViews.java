package io.titankv.placement.run;

import com.google.protobuf.Duration;
import io.titankv.placement.plan.Concern;
import io.titankv.placement.plan.Plan;
import io.titankv.placement.plan.Reason;
import io.titankv.placement.plan.Step;
import io.titankv.placement.plan.WaitingOn;
import io.titankv.placement.state.EventRecord;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.proto.admin.v1.EventInfo;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.OperationState;
import io.titankv.proto.admin.v1.PlanInfo;
import io.titankv.proto.admin.v1.PlanStep;
import io.titankv.proto.admin.v1.StepState;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;

/** Draws plans, operations and events for people. Pure functions. */
final class OperationViews {
    private static final String PREFIX = "op-";

    private OperationViews() {}

    /** The number of an operation or plan; -1 when that is no name of one. */
    static long idOf(String name) {
        try {
            return name.startsWith(PREFIX) ? Long.parseLong(name.substring(PREFIX.length())) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** A plan that is not stored. */
    static PlanInfo plan(String kind, Plan plan) {
        return plan(kind, plan.reason(), plan.steps())
                .setBytes(plan.bytes())
                .setExpected(duration(plan.expected()))
                .addAllWarnings(plan.concerns().stream().map(Concern::what).toList())
                .build();
    }

    /** A plan that is stored. */
    static PlanInfo plan(OperationRecord stored) {
        return plan(stored.kind(), stored.reason(), stored.steps())
                .setPlanId(stored.name())
                .setBytes(stored.bytes())
                .setExpected(duration(stored.expected()))
                .addAllWarnings(stored.warnings())
                .setCreatedAt(ClusterViews.timestamp(stored.times().created()))
                .build();
    }

    private static PlanInfo.Builder plan(String kind, Reason reason, List<Step> steps) {
        return PlanInfo.newBuilder()
                .setKind(kind)
                .setReason(reason.toString())
                .addAllSteps(steps.stream().map(step -> step(step).build()).toList());
    }

    private static PlanStep.Builder step(Step step) {
        PlanStep.Builder info = PlanStep.newBuilder()
                .setBytes(step.bytesMoved())
                .setText(step.text())
                .setWhy(step.why());
        step.groups().stream().sorted().findFirst().ifPresent(group -> info.setShardId(group.toString()));
        return switch (step) {
            case Step.AddReplica add ->
                info.setKind("add replica").setToNodeId(add.to().value());
            case Step.MoveReplica move ->
                info.setKind("move replica")
                        .setFromNodeId(move.from().value())
                        .setToNodeId(move.to().value());
            case Step.RemoveReplica remove ->
                info.setKind("remove replica").setFromNodeId(remove.from().value());
            case Step.MoveLeader move ->
                info.setKind("move leader")
                        .setFromNodeId(move.from().value())
                        .setToNodeId(move.to().value());
            case Step.CreateGroup _ -> info.setKind("create shard");
            case Step.MoveRange move ->
                info.setKind("move range")
                        .setShardId(move.from().toString())
                        .setToShardId(move.to().toString())
                        .setArc(RingViews.arc(move.range(), move.from()));
            case Step.RetireGroup _ -> info.setKind("retire shard");
            case Step.DropStray drop ->
                info.setKind("drop stray").setFromNodeId(drop.node().value());
            case Step.SetIntent set ->
                info.setKind("set intent").setToNodeId(set.node().value());
        };
    }

    /**
     * An operation, with its steps or without.
     *
     * @param copied what its range transfers under way have copied
     */
    static OperationInfo operation(
            OperationRecord operation,
            SortedMap<Integer, WaitingOn> waiting,
            RangeProgress copied,
            Instant now,
            boolean withSteps) {
        long bytesDone = operation.bytesDone() + copied.bytes();
        OperationInfo.Builder info = OperationInfo.newBuilder()
                .setOperationId(operation.name())
                .setKind(operation.kind())
                .setState(state(operation.phase()))
                .setReason(operation.reason().toString())
                .setStepsDone(operation.settled().size())
                .setStepsTotal(operation.steps().size())
                .setBytesDone(bytesDone)
                .setBytesLeft(operation.phase().isEnded() ? 0 : Math.max(0, operation.bytes() - bytesDone))
                .setError(operation.error())
                .addAllWarnings(operation.warnings());
        operation.times().started().ifPresent(started -> {
            info.setStartedAt(ClusterViews.timestamp(started));
            if (operation.phase().isRunning()) {
                pace(operation, copied, java.time.Duration.between(started, now), info);
            }
        });
        operation.times().ended().ifPresent(ended -> info.setEndedAt(ClusterViews.timestamp(ended)));
        if (operation.phase().isRunning()) {
            waiting.values().stream().findFirst().ifPresent(on -> info.setWaitingOn(on.text()));
        }
        if (withSteps) {
            info.addAllSteps(steps(operation, waiting));
        }
        return info.build();
    }

    private static void pace(
            OperationRecord operation, RangeProgress copied, java.time.Duration elapsed, OperationInfo.Builder info) {
        double seconds = Math.max(0.001, elapsed.toMillis() / 1000.0);
        double rate = copied.bytesPerSecond() > 0 ? copied.bytesPerSecond() : info.getBytesDone() / seconds;
        info.setBytesPerSecond(rate);
        if (rate > 0) {
            info.setEta(duration(java.time.Duration.ofMillis(Math.round(1000 * info.getBytesLeft() / rate))));
        } else if (elapsed.compareTo(operation.expected()) < 0) {
            info.setEta(duration(operation.expected().minus(elapsed)));
        }
    }

    private static List<PlanStep> steps(OperationRecord operation, SortedMap<Integer, WaitingOn> waiting) {
        return IntStream.range(0, operation.steps().size())
                .mapToObj(place -> {
                    PlanStep.Builder info = step(operation.steps().get(place));
                    WaitingOn on = waiting.get(place);
                    if (operation.finished().contains(place)) {
                        info.setState(StepState.STEP_STATE_DONE);
                    } else if (operation.moot().containsKey(place)) {
                        info.setState(StepState.STEP_STATE_MOOT)
                                .setWaitingOn(operation.moot().get(place));
                    } else if (operation.phase().isRunning()) {
                        info.setState(on == null ? StepState.STEP_STATE_RUNNING : StepState.STEP_STATE_WAITING)
                                .setWaitingOn(on == null ? "" : on.text());
                    }
                    return info.build();
                })
                .toList();
    }

    private static OperationState state(OperationRecord.Phase phase) {
        return switch (phase) {
            case PLANNED -> OperationState.OPERATION_STATE_PENDING;
            case RUNNING -> OperationState.OPERATION_STATE_RUNNING;
            case CANCELLING -> OperationState.OPERATION_STATE_CANCELLING;
            case DONE -> OperationState.OPERATION_STATE_DONE;
            case FAILED -> OperationState.OPERATION_STATE_FAILED;
            case CANCELLED -> OperationState.OPERATION_STATE_CANCELLED;
        };
    }

    /** The newest events after a number, in order. */
    static List<EventInfo> events(PlacementState state, long afterNumber, int limit) {
        List<EventRecord> after = state.journal().events().stream()
                .filter(event -> event.number() > afterNumber)
                .toList();
        return after.subList(Math.max(0, after.size() - limit), after.size()).stream()
                .map(event -> EventInfo.newBuilder()
                        .setNumber(event.number())
                        .setAt(ClusterViews.timestamp(event.at()))
                        .setKind(event.kind())
                        .setText(event.text())
                        .setNodeId(event.node())
                        .setShardId(event.group())
                        .setOperationId(event.operation() == 0 ? "" : PREFIX + event.operation())
                        .build())
                .toList();
    }

    private static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }
}

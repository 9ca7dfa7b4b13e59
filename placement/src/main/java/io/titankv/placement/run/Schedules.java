package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.Concern;
import io.titankv.placement.plan.Decision;
import io.titankv.placement.plan.Plan;
import io.titankv.placement.plan.PlanPolicy;
import io.titankv.placement.plan.PlanRefused;
import io.titankv.placement.plan.Reason;
import io.titankv.placement.plan.ReplicaPlanner;
import io.titankv.placement.plan.Step;
import io.titankv.placement.plan.WaitingOn;
import io.titankv.placement.run.Claims.Level;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.OperationRecord.Times;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.Wishes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What the cluster begins to do by itself. Pure functions. */
final class Schedules {
    /** Steps of one operation: what is more is planned anew when these are done. Keeps an operation within one log entry. */
    static final int STEPS_MAX = 1_000;

    /** Operations of schedulers that run at a time. */
    private static final int RUNNING_MAX = 10;

    static final String HEAL = "heal";
    static final String SPREAD = "spread";
    static final String BALANCE = "replica balance";
    static final String RANGE_BALANCE = "range balance";

    private Schedules() {}

    /**
     * What to begin.
     *
     * @param operation if there is anything to do
     * @param begun ranges are being evened out, and not as even yet as they are to be
     */
    record Next(Optional<OperationRecord> operation, boolean begun) {}

    /** The operation to begin now, if any. A placement leader that has not heard every node yet begins nothing. */
    static Next next(PlacementState state, Reports reports, PlanPolicy policy, Instant now, boolean begun) {
        List<OperationRecord> running = state.journal().running();
        if (!reports.areComplete() || state.groups().isEmpty() || running.size() >= RUNNING_MAX) {
            return new Next(Optional.empty(), begun);
        }
        Wishes.Schedulers on = state.wishes().schedulers();
        ClusterModel model = ClusterModels.of(state, reports);
        ReplicaPlanner planner = new ReplicaPlanner(model, policy);
        Optional<OperationRecord> heal = on.heal() ? begin(HEAL, planner.heal(), state, now) : Optional.empty();
        if (heal.isPresent() || !isCalm(state)) {
            return new Next(heal, begun);
        }
        Optional<OperationRecord> replicas = on.balanceReplicas()
                ? begin(SPREAD, planner.spread(), state, now).or(() -> begin(BALANCE, planner.balance(), state, now))
                : Optional.empty();
        if (replicas.isPresent()) {
            return new Next(replicas, begun);
        }
        Decision ranges = RangeSchedule.decide(state, model, policy, now, begun);
        return new Next(
                begin(RANGE_BALANCE, ranges, state, now),
                switch (ranges) {
                    case Plan _ -> true;
                    case Decision.Rest rest ->
                        begun
                                && rest.waiting().stream()
                                        .anyMatch(it -> it instanceof WaitingOn.RateLimited
                                                || it instanceof WaitingOn.CountedAnew);
                    case PlanRefused _ -> false;
                });
    }

    /** Whether nothing changes the cluster: what is only nicer begins then. */
    private static boolean isCalm(PlacementState state) {
        return state.journal().running().isEmpty()
                && state.transfers().underWay().isEmpty()
                && state.groups().values().stream().noneMatch(group -> group.state() == GroupRecord.State.CREATING);
    }

    private static Optional<OperationRecord> begin(String kind, Decision decision, PlacementState state, Instant now) {
        return decision instanceof Plan plan
                ? Optional.of(operation(state, kind, plan, Phase.RUNNING, now))
                : Optional.empty();
    }

    /** What schedulers would do with a group next, or what holds them back: one line each. */
    static List<String> outlook(
            GroupId group, PlacementState state, Reports reports, PlanPolicy policy, Instant now, boolean begun) {
        Wishes.Schedulers on = state.wishes().schedulers();
        ClusterModel model = ClusterModels.of(state, reports);
        ReplicaPlanner planner = new ReplicaPlanner(model, policy);
        List<String> lines = new ArrayList<>();
        lines.add(HEAL + ": " + outlook(group, on.heal(), planner.heal()));
        lines.add(SPREAD + ": " + outlook(group, on.balanceReplicas(), planner.spread()));
        lines.add(BALANCE + ": " + outlook(group, on.balanceReplicas(), planner.balance()));
        lines.add(RANGE_BALANCE + ": "
                + outlook(group, on.balanceRanges(), RangeSchedule.decide(state, model, policy, now, begun)));
        if (!isCalm(state)) {
            lines.add("all but " + HEAL + " wait until nothing else changes the cluster");
        }
        return List.copyOf(lines);
    }

    private static String outlook(GroupId group, boolean isOn, Decision decision) {
        if (!isOn) {
            return "switched off";
        }
        return switch (decision) {
            case Plan plan ->
                plan.steps().stream()
                        .filter(step -> step.groups().contains(group))
                        .findFirst()
                        .map(step -> "would do next: " + step.text() + " (" + step.why() + ")")
                        .orElse("would do something with other shards");
            case Decision.Rest rest ->
                rest.waiting().stream()
                        .findFirst()
                        .map(on -> "waits: " + on.text())
                        .orElse("nothing to do");
            case PlanRefused refused -> refused.message();
        };
    }

    /** Whether an operation only makes things nicer, and so gives way to what a person wants of the same. */
    static boolean givesWay(OperationRecord operation, Level level) {
        return operation.phase() == Phase.RUNNING
                && switch (level) {
                    case REPLICAS ->
                        operation.kind().equals(SPREAD) || operation.kind().equals(BALANCE);
                    case RANGES -> operation.kind().equals(RANGE_BALANCE);
                };
    }

    /** A plan as the next operation of the cluster. */
    static OperationRecord operation(PlacementState state, String kind, Plan plan, Phase phase, Instant now) {
        List<Step> steps = plan.reason().source() == Reason.Source.SCHEDULER
                ? plan.steps().subList(0, Math.min(STEPS_MAX, plan.steps().size()))
                : plan.steps();
        return new OperationRecord(
                state.journal().lastOperation() + 1,
                kind,
                plan.reason(),
                steps,
                steps.stream().mapToLong(Step::bytesMoved).sum(),
                plan.expected(),
                plan.concerns().stream().map(Concern::what).toList(),
                phase,
                Collections.emptySortedSet(),
                Collections.emptySortedMap(),
                0,
                0,
                new Times(now, phase == Phase.RUNNING ? Optional.of(now) : Optional.empty(), Optional.empty()),
                "");
    }
}

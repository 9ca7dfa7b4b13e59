package io.titankv.placement.run;

import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.Concern;
import io.titankv.placement.plan.Decision;
import io.titankv.placement.plan.Plan;
import io.titankv.placement.plan.PlanPolicy;
import io.titankv.placement.plan.PlanRefused;
import io.titankv.placement.plan.Reason;
import io.titankv.placement.plan.ReplicaPlanner;
import io.titankv.placement.plan.Step;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.OperationRecord.Times;
import io.titankv.placement.state.PlacementState;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What the cluster begins to do with its replicas by itself. Pure functions. */
final class Schedules {
    /** Steps of one operation: what is more is planned anew when these are done. Keeps an operation within one log entry. */
    static final int STEPS_MAX = 1_000;

    /** Operations of schedulers that run at a time. */
    private static final int RUNNING_MAX = 10;

    static final String HEAL = "heal";
    static final String SPREAD = "spread";
    static final String BALANCE = "replica balance";

    private Schedules() {}

    /** The operation to begin now, if any. A placement leader that has not heard every node yet begins nothing. */
    static Optional<OperationRecord> next(PlacementState state, Reports reports, PlanPolicy policy, Instant now) {
        List<OperationRecord> running = state.journal().running();
        if (!reports.areComplete() || state.groups().isEmpty() || running.size() >= RUNNING_MAX) {
            return Optional.empty();
        }
        ClusterModel model = ClusterModels.of(state, reports);
        ReplicaPlanner planner = new ReplicaPlanner(model, policy);
        if (state.wishes().schedulers().heal()) {
            Optional<Plan> heal = plan(planner.heal());
            if (heal.isPresent()) {
                return heal.map(plan -> operation(state, HEAL, plan, Phase.RUNNING, now));
            }
        }
        boolean isCalm = running.isEmpty()
                && state.groups().values().stream().allMatch(group -> group.state() == GroupRecord.State.SERVING);
        if (!isCalm || !state.wishes().schedulers().balanceReplicas()) {
            return Optional.empty();
        }
        return plan(planner.spread())
                .map(plan -> operation(state, SPREAD, plan, Phase.RUNNING, now))
                .or(() -> plan(planner.balance()).map(plan -> operation(state, BALANCE, plan, Phase.RUNNING, now)));
    }

    /** Whether an operation only makes things nicer, and so gives way to what a person wants. */
    static boolean givesWay(OperationRecord operation) {
        return operation.phase() == Phase.RUNNING
                && (operation.kind().equals(SPREAD) || operation.kind().equals(BALANCE));
    }

    private static Optional<Plan> plan(Decision decision) {
        return switch (decision) {
            case Plan plan -> Optional.of(plan);
            case Decision.Rest _, PlanRefused _ -> Optional.empty();
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
                new Times(now, phase == Phase.RUNNING ? Optional.of(now) : Optional.empty(), Optional.empty()),
                "");
    }
}

package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.Decision;
import io.titankv.placement.plan.Plan;
import io.titankv.placement.plan.PlanPolicy;
import io.titankv.placement.plan.ReplicaPlanner;
import io.titankv.placement.plan.Step;
import io.titankv.placement.plan.WaitingOn;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.OperationForm;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.StoredForm;
import io.titankv.proto.durable.v1.PlacementCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What becomes of groups that are being made and do not get on. For one that lost a member for good, by the limit after which nodes are
 * healed, an operation is begun that replaces it; then the group serves, if the others are a majority. If that cannot be, the operation that
 * makes it is cancelled, which retires it: it owns nothing. The groups of the first ring have no such operation and own something: they
 * wait on. Used once by one thread, for one look; pure.
 */
final class Creations {
    private final PlacementState state;
    private final Reports reports;
    private final PlanPolicy policy;
    private final Elapsed elapsed;
    private final List<PlacementCommand> commands = new ArrayList<>();
    private final List<Step> healing = new ArrayList<>();
    private final Optional<Decision> heal;

    private Creations(PlacementState state, Reports reports, PlanPolicy policy, Elapsed elapsed) {
        this.state = state;
        this.reports = reports;
        this.policy = policy;
        this.elapsed = elapsed;
        this.heal = state.wishes().schedulers().heal() ? Optional.of(plan()) : Optional.empty();
    }

    /** What to propose, in this order. A placement leader that has not heard every node yet does nothing. */
    static List<PlacementCommand> commands(
            PlacementState state, Reports reports, PlanPolicy policy, Elapsed elapsed, Instant now) {
        List<GroupRecord> lacking = state.groups().values().stream()
                .filter(group -> group.state() == GroupRecord.State.CREATING)
                .filter(group -> isOverdue(group, reports, policy, elapsed))
                .toList();
        if (lacking.isEmpty() || !reports.areComplete()) {
            return List.of();
        }
        Creations creations = new Creations(state, reports, policy, elapsed);
        lacking.forEach(creations::look);
        return creations.withHealing(now);
    }

    private static boolean isOverdue(GroupRecord group, Reports reports, PlanPolicy policy, Elapsed elapsed) {
        return group.members().stream().anyMatch(member -> isDead(member, reports, policy))
                || hasStalled(group, elapsed);
    }

    private static boolean isDead(NodeId node, Reports reports, PlanPolicy policy) {
        return reports.silence(node)
                .filter(silent -> silent.compareTo(policy.healAfter()) >= 0)
                .isPresent();
    }

    private static boolean hasStalled(GroupRecord group, Elapsed elapsed) {
        return elapsed.creations().getOrDefault(group.id(), Duration.ZERO).compareTo(TransferRound.STALLED_MAX) >= 0;
    }

    private Decision plan() {
        ClusterModel model = ClusterModels.of(state, reports);
        return new ReplicaPlanner(model.withClaims(Claims.withoutCreation(model.claims())), policy).heal();
    }

    private void look(GroupRecord group) {
        List<NodeId> missing = group.members().stream()
                .filter(member -> !reports.serves(member, group.id()))
                .toList();
        List<NodeId> dead = missing.stream()
                .filter(member -> isDead(member, reports, policy))
                .toList();
        if (missing.stream().anyMatch(member -> reports.silence(member).isPresent() && !dead.contains(member))) {
            return; // it may come back
        }
        if (dead.size() < missing.size() && !hasStalled(group, elapsed)) {
            return; // the others are up and may get on
        }
        boolean mayServe = !dead.isEmpty()
                && dead.size() == missing.size()
                && dead.size() * 2 < group.members().size()
                && Duties.leaderKnowsItsRanges(group, reports);
        if (mayServe && replaces(underWay(), group.id(), dead)) {
            // Not before: a dead node that comes back to a group that serves does not make its replica any more.
            commands.add(StoredForm.markServing(state.clusterId(), group.id()));
        } else if (mayServe && replaces(planned(), group.id(), dead)) {
            planned().filter(move -> move.group().equals(group.id())).forEach(healing::add);
        } else {
            maker(group.id())
                    .ifPresent(operation -> commands.add(OperationForm.cancel(
                            state.clusterId(),
                            operation.id(),
                            Undo.of(operation, state),
                            why(group, missing, dead, mayServe))));
        }
    }

    private static boolean replaces(Stream<Step.MoveReplica> moves, GroupId group, List<NodeId> dead) {
        return moves.filter(move -> move.group().equals(group))
                .map(Step.MoveReplica::from)
                .collect(Collectors.toSet())
                .containsAll(dead);
    }

    private Stream<Step.MoveReplica> underWay() {
        return state.journal().running().stream()
                .filter(operation -> operation.phase() == Phase.RUNNING)
                .flatMap(operation -> IntStream.range(0, operation.steps().size())
                        .filter(place -> !operation.settled().contains(place))
                        .mapToObj(operation.steps()::get))
                .filter(Step.MoveReplica.class::isInstance)
                .map(Step.MoveReplica.class::cast);
    }

    private Stream<Step.MoveReplica> planned() {
        return heal.filter(Plan.class::isInstance).map(Plan.class::cast).stream()
                .flatMap(plan -> plan.steps().stream())
                .filter(Step.MoveReplica.class::isInstance)
                .map(Step.MoveReplica.class::cast);
    }

    /** The operation that runs and makes the group. */
    private Optional<OperationRecord> maker(GroupId group) {
        return state.journal().running().stream()
                .filter(operation -> operation.phase() == Phase.RUNNING)
                .filter(operation -> operation.steps().stream()
                        .anyMatch(step -> step instanceof Step.CreateGroup create
                                && create.group().equals(group)))
                .findFirst();
    }

    private String why(GroupRecord group, List<NodeId> missing, List<NodeId> dead, boolean mayServe) {
        String lost = "shard " + group.id() + " could not be made on " + group.members() + ": ";
        if (dead.isEmpty()) {
            return lost
                    + (missing.isEmpty()
                            ? "it has no leader that knows what it owns"
                            : "its replica on " + missing + " does not serve")
                    + ", and nothing came for " + TransferRound.STALLED_MAX.toMinutes() + " min";
        }
        return lost
                + dead.stream()
                        .map(node -> node + " has not been heard of for "
                                + reports.silence(node).orElse(Duration.ZERO).toSeconds() + " s")
                        .collect(Collectors.joining(", "))
                + ", the limit is " + policy.healAfter().toSeconds() + " s, and "
                + (mayServe ? noOther() : "without it the shard has no majority that serves");
    }

    private String noOther() {
        if (heal.isEmpty()) {
            return "heal is switched off";
        }
        return heal.get() instanceof Decision.Rest rest && !rest.waiting().isEmpty()
                ? rest.waiting().stream()
                        .map(WaitingOn::text)
                        .distinct()
                        .limit(3)
                        .collect(Collectors.joining("; "))
                : "no other node can take its replica";
    }

    private List<PlacementCommand> withHealing(Instant now) {
        if (!healing.isEmpty() && heal.isPresent() && heal.get() instanceof Plan plan) {
            Plan these =
                    new Plan(plan.reason(), healing, 0, plan.expected(), plan.before(), plan.after(), plan.concerns());
            commands.add(OperationForm.begin(
                    state.clusterId(), Schedules.operation(state, Schedules.HEAL, these, Phase.RUNNING, now)));
        }
        return List.copyOf(commands);
    }
}

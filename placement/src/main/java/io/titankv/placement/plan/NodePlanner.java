package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.plan.PlanRefused.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What people ask for with a node: drain, decommission, recommission, replace. Each is looked through first; what would break is said
 * and refused, what would be worse is said. Pure. Immutable.
 */
public final class NodePlanner {
    private final ClusterModel model;
    private final PlanPolicy policy;

    public NodePlanner(ClusterModel model, PlanPolicy policy) {
        this.model = model;
        this.policy = policy;
    }

    /** Takes every leadership off a node; its replicas stay. */
    public Decision drain(NodeId id, Reason reason) {
        Optional<PlanRefused> refused = refusalIn(id, Set.of(Intent.IN_SERVICE), "drained");
        if (refused.isPresent()) {
            return refused.get();
        }
        ClusterModel drained = model.after(List.of(new Action.ChangeIntent(id, Intent.DRAINING)));
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.SetIntent(id, Intent.DRAINING, reason.why()));
        steps.addAll(new LeaderPlanner(drained, policy).away(id));
        List<GroupId> stay = model.groups().values().stream()
                .filter(group -> group.isLedBy(id))
                .map(GroupModel::id)
                .filter(group -> steps.stream().noneMatch(step -> step.groups().contains(group)))
                .toList();
        List<Concern> concerns = stay.isEmpty()
                ? List.of()
                : List.of(Concern.worsens(Preflight.named(stay)
                        + ": no other voter is healthy and keeps pace, so it stays with its leader on " + id));
        return Plan.of(reason, steps, model, policy.pace(), concerns);
    }

    /** Takes every replica off a node; it then belongs to the cluster no more. */
    public Decision decommission(NodeId id, Reason reason) {
        Optional<PlanRefused> refused = refusalIn(id, Set.of(Intent.IN_SERVICE, Intent.DRAINING), "decommissioned");
        return refused.isPresent()
                ? refused.get()
                : leave(id, ReplicaLayout.NOBODY, "node " + id + " cannot be decommissioned", reason);
    }

    /** Gives every replica of a node, up or dead, to another one where it can have it. */
    public Decision replace(NodeId id, NodeId with, Reason reason) {
        Optional<PlanRefused> refused = refusalIn(id, Set.of(Intent.IN_SERVICE, Intent.DRAINING), "replaced")
                .or(() -> refusalIn(with, Set.of(Intent.IN_SERVICE), "put in the place of " + id));
        if (refused.isPresent()) {
            return refused.get();
        }
        if (id.equals(with)) {
            return PlanRefused.of(Cause.NONSENSE, "node " + id + " cannot be replaced by itself");
        }
        if (model.node(with).filter(NodeModel::isUp).isEmpty()) {
            return PlanRefused.of(
                    Cause.NODE_STATE, "node " + with + " is not up: it cannot take the replicas of " + id);
        }
        int first = List.copyOf(model.nodes().keySet()).indexOf(with);
        return leave(id, first, "node " + id + " cannot be replaced by " + with, reason);
    }

    private Decision leave(NodeId id, int first, String refusal, Reason reason) {
        ClusterModel left = model.after(List.of(new Action.ChangeIntent(id, Intent.DECOMMISSIONING)));
        Evacuation evacuation = new Evacuation(left, policy, false);
        evacuation.moveOff(node -> node.id().equals(id), node -> reason.why(), first);
        List<Concern> concerns = Preflight.of(evacuation);
        if (concerns.stream().anyMatch(concern -> concern.severity() == Concern.Severity.BREAKS)) {
            return Preflight.refusal(refusal, concerns, evacuation);
        }
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.SetIntent(id, Intent.DECOMMISSIONING, reason.why()));
        steps.addAll(evacuation.steps);
        steps.add(new Step.SetIntent(id, Intent.REMOVED, reason.why()));
        return Plan.of(reason, steps, model, policy.pace(), concerns);
    }

    /** Puts a node back into service, with the replicas that it has by then. */
    public Decision recommission(NodeId id, Reason reason) {
        Optional<PlanRefused> refused =
                refusalIn(id, Set.of(Intent.DRAINING, Intent.DECOMMISSIONING, Intent.REMOVED), "recommissioned");
        if (refused.isPresent()) {
            return refused.get();
        }
        List<Step> steps = new ArrayList<>();
        model.strays().stream()
                .filter(stray -> stray.node().equals(id))
                .forEach(stray -> steps.add(new Step.DropStray(
                        stray.group(), id, "it was given to another node while " + id + " was away")));
        steps.add(new Step.SetIntent(id, Intent.IN_SERVICE, reason.why()));
        return Plan.of(reason, steps, model, policy.pace());
    }

    private Optional<PlanRefused> refusalIn(NodeId id, Set<Intent> fitting, String what) {
        Optional<NodeModel> node = model.node(id);
        if (node.isEmpty()) {
            return Optional.of(PlanRefused.of(
                    Cause.NODE_UNKNOWN,
                    "there is no node " + id + "; the cluster has "
                            + model.nodes().size() + " nodes: "
                            + String.join(
                                    ", ",
                                    model.nodes().keySet().stream()
                                            .limit(10)
                                            .map(NodeId::toString)
                                            .toList())));
        }
        Intent intent = node.get().intent();
        return fitting.contains(intent)
                ? Optional.empty()
                : Optional.of(PlanRefused.of(
                        Cause.NODE_STATE, "node " + id + " is " + Amounts.words(intent) + ", so it cannot be " + what));
    }
}

package io.titankv.placement.plan;

import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.plan.NodeModel.Presence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where replicas go by themselves: off nodes that are dead or decommissioned, away from failure domains that they share, and from
 * full nodes to empty ones. In that order: each is a plan of its own, and the next one is looked for when the one before has nothing
 * to do. Pure: the same model gives the same plan. Immutable.
 */
public final class ReplicaPlanner {
    private final ClusterModel model;
    private final PlanPolicy policy;

    public ReplicaPlanner(ClusterModel model, PlanPolicy policy) {
        this.model = model;
        this.policy = policy;
    }

    /**
     * Gives groups the voters that they want: replaces replicas on nodes that have been silent for too long or are being
     * decommissioned, adds what is missing, removes what is too much. Groups that can lose the fewest voters come first.
     */
    public Decision heal() {
        long members = model.nodes().values().stream()
                .filter(node -> node.intent() != Intent.REMOVED)
                .count();
        long dead = model.nodes().values().stream()
                .filter(node -> node.intent() != Intent.REMOVED && node.isDead(policy.healAfter()))
                .count();
        long deadMax = Math.max(1, (long) (policy.silentShareMax() * members));
        if (dead > deadMax) {
            return new Decision.Rest(List.of(new WaitingOn.TooManySilent((int) dead, (int) deadMax, (int) members)));
        }
        Evacuation evacuation = new Evacuation(model, policy, true);
        evacuation.moveOff(node -> node.isLeaving(policy.healAfter()), this::whyItLeaves, ReplicaLayout.NOBODY);
        if (evacuation.steps.isEmpty()) {
            evacuation.fit();
        }
        return planOrRest(Reason.scheduler("heal", "every group has the voters that it wants"), evacuation);
    }

    private String whyItLeaves(NodeModel node) {
        return switch (node.intent()) {
            case DECOMMISSIONING -> node.id() + " is being decommissioned";
            case REMOVED -> node.id() + " was removed";
            case IN_SERVICE, DRAINING ->
                switch (node.presence()) {
                    case Presence.Silent silent ->
                        node.id() + " has been silent for " + Amounts.time(silent.lasting()) + ", the limit is "
                                + Amounts.time(policy.healAfter());
                    case Presence.Up _ -> throw new IllegalStateException(node.id() + " has no reason to be left");
                };
        };
    }

    private Decision planOrRest(Reason reason, Evacuation evacuation) {
        return evacuation.steps.isEmpty()
                ? new Decision.Rest(evacuation.waiting)
                : Plan.of(reason, evacuation.steps, model, policy.pace());
    }

    /** Moves replicas that share a zone, a rack or a host to nodes where they share less. */
    public Decision spread() {
        ReplicaLayout layout = new ReplicaLayout(model, policy);
        Optional<WaitingOn> newcomer = settlingNewcomer(layout);
        if (newcomer.isPresent()) {
            return new Decision.Rest(List.of(newcomer.get()));
        }
        List<Step> steps = new ArrayList<>();
        for (int group = 0; group < layout.groups.size(); group++) {
            GroupModel it = layout.groups.get(group);
            if (isSettled(it)) {
                for (int from : layout.members(group).clone()) {
                    int shared = layout.shared(from, group);
                    int to = shared == 0 ? ReplicaLayout.NOBODY : layout.place(group, from);
                    if (to == ReplicaLayout.NOBODY) {
                        continue;
                    }
                    layout.move(group, from, to);
                    if (layout.shared(to, group) >= shared) {
                        layout.move(group, to, from);
                        continue;
                    }
                    steps.add(new Step.MoveReplica(
                            it.id(),
                            layout.id(from),
                            layout.id(to),
                            it.bytes(),
                            "two replicas share one " + FailureDomains.widestOf(shared)));
                }
            }
        }
        return Plan.of(
                Reason.scheduler("spread", "no two replicas in one failure domain"), steps, model, policy.pace());
    }

    /** Evens out how full the nodes are, by bytes and then by number of replicas. */
    public Decision balance() {
        ReplicaLayout layout = new ReplicaLayout(model, policy);
        Optional<WaitingOn> newcomer = settlingNewcomer(layout);
        if (newcomer.isPresent()) {
            return new Decision.Rest(List.of(newcomer.get()));
        }
        ReplicaBalance balance = new ReplicaBalance(layout, policy, group -> isSettled(layout.groups.get(group)));
        double imbalance = balance.imbalance();
        List<Step.MoveReplica> steps = balance.plan();
        return Plan.of(
                Reason.scheduler(
                        "replica balance",
                        "the fullest and the emptiest node are " + Amounts.percent(imbalance)
                                + " of the mean apart, the limit is "
                                + Amounts.percent(policy.replicaBytes().begin())),
                steps,
                model,
                policy.pace());
    }

    /**
     * An empty node that has just begun. Others often begin with it: what is evened out before they are there is moved again for them.
     * One that is down is not waited for.
     */
    private Optional<WaitingOn> settlingNewcomer(ReplicaLayout layout) {
        return layout.nodes.stream()
                .filter(node -> node.takesReplicas()
                        && !node.isUpFor(policy.settle())
                        && layout.replicasOn(layout.nodeOf(node.id())) == 0)
                .map(node -> (WaitingOn) new WaitingOn.NodeSettling(node.id(), policy.settle()))
                .findFirst();
    }

    /** A group that is moved only to make things nicer is whole, and nobody else's. Placement's own is not moved for that. */
    private boolean isSettled(GroupModel group) {
        return !group.id().isPlacement()
                && !model.isClaimed(group.id())
                && group.replicas().stream().allMatch(replica -> replica.isVoter() && replica.healthy());
    }

    /**
     * Deletes replicas of which their groups know nothing, as on a node that came back after it was replaced; never while the group
     * itself lacks a healthy voter.
     */
    public Decision tidy() {
        List<Step> steps = new ArrayList<>();
        List<WaitingOn> waiting = new ArrayList<>();
        for (ClusterModel.Stray stray : model.strays()) {
            GroupModel group = model.groups().get(stray.group());
            if (group != null && group.healthyVoters() < group.replicasWanted()) {
                waiting.add(new WaitingOn.QuorumAtRisk(group.id(), group.healthyVoters(), group.replicasWanted()));
            } else if (model.node(stray.node()).filter(NodeModel::isUp).isPresent()) {
                steps.add(new Step.DropStray(
                        stray.group(),
                        stray.node(),
                        stray.node() + " came back after its replica of " + stray.group()
                                + " was given to another node"));
            }
        }
        return steps.isEmpty()
                ? new Decision.Rest(waiting)
                : Plan.of(
                        Reason.scheduler("tidy", "nodes keep no replica of which its group knows nothing"),
                        steps,
                        model,
                        policy.pace());
    }
}

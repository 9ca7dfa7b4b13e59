package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.PlanRefused.Cause;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which leaderships to hand over: off nodes that are drained or whose disks are nearly full, then so that nodes lead about equally many groups for their cores, then
 * so that they serve about equally many operations. A group is handed to a voter that is healthy, keeps pace and has been up for a
 * while, once at most. Pure: the same model gives the same moves. Immutable.
 */
public final class LeaderPlanner {
    private final ClusterModel model;
    private final PlanPolicy policy;

    public LeaderPlanner(ClusterModel model, PlanPolicy policy) {
        this.model = model;
        this.policy = policy;
    }

    /**
     * The plan that balances leaders.
     *
     * @param resting groups that were handed over a moment ago: they stay, as do those that an operation changes
     */
    public Decision balance(Set<GroupId> resting) {
        return Plan.of(
                Reason.scheduler("leader balance", "nodes lead alike, by number and by load"),
                moves(resting),
                model,
                policy.pace());
    }

    /** The moves of {@link #balance}, by group. */
    public List<Step.MoveLeader> moves(Set<GroupId> resting) {
        Set<GroupId> left = new HashSet<>(resting);
        left.addAll(model.claims().keySet());
        Leaderships leaderships = new Leaderships(model, policy, left);
        for (int group = 0; group < leaderships.groups.size(); group++) {
            int leader = leaderships.leader(group);
            int to = leaderships.idlestFor(group);
            NodeModel node = leaderships.nodes.get(leader);
            if ((gaveUp(node) || !node.hasRoomToLead()) && leaderships.isMovable(group) && to != Leaderships.NOBODY) {
                leaderships.move(group, to);
            }
        }
        new LeaderChains(leaderships).even();
        new LeaderLoads(leaderships, policy.leaderLoad()).even();
        return steps(leaderships);
    }

    /**
     * What a person asks for: a node leads a group. Rests when it does already.
     *
     * @param isMovingRanges the group gives or gets ranges
     */
    public Decision give(GroupId id, NodeId to, boolean isMovingRanges, Reason reason) {
        Optional<PlanRefused> refused = refusal(id, to);
        if (refused.isPresent()) {
            return refused.get();
        }
        GroupModel group = model.requireGroup(id);
        Optional<NodeId> leader = group.leader();
        if (leader.isEmpty()) {
            return PlanRefused.of(
                    Cause.QUORUM,
                    "shard " + id + " has no leader that is heard of, and " + group.healthyVoters() + " of "
                            + group.voters() + " voters are healthy, so nothing can be handed over");
        }
        if (leader.get().equals(to)) {
            return Decision.Rest.DONE;
        }
        List<Concern> concerns = isMovingRanges
                ? List.of(Concern.worsens("ranges of " + id + " are on their way: the new leader begins to copy anew"))
                : List.of();
        return Plan.of(
                reason,
                List.of(new Step.MoveLeader(id, leader.get(), to, reason.why())),
                model,
                policy.pace(),
                concerns);
    }

    private Optional<PlanRefused> refusal(GroupId id, NodeId to) {
        Optional<GroupModel> group = model.group(id).filter(it -> !it.id().isPlacement());
        if (group.isEmpty()) {
            return Optional.of(PlanRefused.of(Cause.GROUP_UNKNOWN, "there is no shard " + id));
        }
        Optional<NodeModel> node = model.node(to);
        if (node.isEmpty()) {
            return Optional.of(PlanRefused.of(Cause.NODE_UNKNOWN, "there is no node " + to));
        }
        Optional<ReplicaModel> replica = group.get().replicaOn(to);
        if (replica.filter(ReplicaModel::isVoter).isEmpty()) {
            return Optional.of(PlanRefused.of(
                    Cause.NO_VOTER,
                    "node " + to + " has no voter of " + id + (replica.isPresent() ? ", its replica still learns" : "")
                            + "; voters are on " + group.get().members()));
        }
        if (node.get().presence() instanceof NodeModel.Presence.Silent silent) {
            return Optional.of(PlanRefused.of(
                    Cause.NODE_STATE,
                    "node " + to + " has not been heard of for " + Amounts.time(silent.lasting())
                            + ", so it cannot lead " + id));
        }
        if (gaveUp(node.get())) {
            return Optional.of(PlanRefused.of(
                    Cause.NODE_STATE,
                    "node " + to + " is " + Amounts.words(node.get().intent()) + ", so it cannot lead " + id));
        }
        return replica.get().healthy()
                ? Optional.empty()
                : Optional.of(PlanRefused.of(
                        Cause.NO_VOTER, "the replica of " + id + " on " + to + " does not serve, so it cannot lead"));
    }

    private static boolean gaveUp(NodeModel node) {
        return node.intent() != NodeModel.Intent.IN_SERVICE;
    }

    private List<Step.MoveLeader> steps(Leaderships leaderships) {
        List<Step.MoveLeader> moves = new ArrayList<>();
        for (int i = 0; i < leaderships.groups.size(); i++) {
            GroupModel group = leaderships.groups.get(i);
            NodeId to = leaderships.nodes.get(leaderships.leader(i)).id();
            group.leader()
                    .filter(from -> !from.equals(to))
                    .ifPresent(from -> moves.add(new Step.MoveLeader(
                            group.id(), from, to, why(model.node(from).orElseThrow(), to))));
        }
        return moves;
    }

    private static String why(NodeModel from, NodeId to) {
        return from.hasRoomToLead()
                ? from.id() + " leads more than its share, " + to + " less"
                : from.id() + " has " + Amounts.bytes(from.freeBytes()) + " free on its disk and would refuse writes";
    }

    /** The moves that leave a node without leaderships, as far as others can lead. */
    List<Step.MoveLeader> away(NodeId node) {
        Leaderships leaderships = new Leaderships(model, policy, Set.of());
        List<Step.MoveLeader> moves = new ArrayList<>();
        for (int group = 0; group < leaderships.groups.size(); group++) {
            NodeId leader = leaderships.nodes.get(leaderships.leader(group)).id();
            int to = leaderships.idlestFor(group);
            if (leader.equals(node) && to != Leaderships.NOBODY) {
                moves.add(new Step.MoveLeader(
                        leaderships.groups.get(group).id(),
                        node,
                        leaderships.nodes.get(to).id(),
                        node + " leads no group while it is drained"));
                leaderships.move(group, to);
            }
        }
        return moves;
    }
}

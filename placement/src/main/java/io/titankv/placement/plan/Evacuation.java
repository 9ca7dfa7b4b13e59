package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Finds a place for each replica that stands on a node it must leave, the groups with the fewest healthy voters to spare first; gives
 * groups the replicas that they lack, and takes away those that they have too many. Used once by one thread.
 */
final class Evacuation {
    private final ClusterModel model;
    private final PlanPolicy policy;
    private final boolean leavesClaimed;
    private final ReplicaLayout layout;

    final List<Step> steps = new ArrayList<>();
    final List<WaitingOn> waiting = new ArrayList<>();
    /** Groups whose replicas will stand closer together than before. */
    final List<Closer> closer = new ArrayList<>();

    /** A group of which two replicas will share a domain that they did not share. */
    record Closer(GroupId group, NodeId to, String domain) {}

    /** @param leavesClaimed groups that an operation changes are left to it; otherwise their steps will wait for it */
    Evacuation(ClusterModel model, PlanPolicy policy, boolean leavesClaimed) {
        this.model = model;
        this.policy = policy;
        this.leavesClaimed = leavesClaimed;
        this.layout = new ReplicaLayout(model, policy);
    }

    /**
     * Moves replicas off nodes.
     *
     * @param leaves which nodes
     * @param why for each node
     * @param first the node that gets them where it can; {@link ReplicaLayout#NOBODY}: the best for each
     */
    void moveOff(Predicate<NodeModel> leaves, Function<NodeModel, String> why, int first) {
        for (GroupModel group : mostUrgentFirst(leaves)) {
            int number = layout.groupOf(group.id());
            String claim = model.claims().get(group.id());
            if (leavesClaimed && claim != null) {
                waiting.add(new WaitingOn.GroupClaimed(group.id(), claim));
                continue;
            }
            if (!group.hasQuorum()) {
                waiting.add(new WaitingOn.QuorumLost(group.id(), group.healthyVoters(), group.quorum()));
                continue;
            }
            // Where there are too many already, as after a change that was broken off, one that leaves needs no other.
            int tooMany = group.voters() - group.replicasWanted();
            for (ReplicaModel replica : unhealthyFirst(group)) {
                int from = layout.nodeOf(replica.node());
                if (from == ReplicaLayout.NOBODY || !leaves.test(layout.nodes.get(from))) {
                    continue;
                }
                String reason = why.apply(layout.nodes.get(from));
                if (tooMany > 0 || !replica.isVoter()) {
                    steps.add(new Step.RemoveReplica(group.id(), replica.node(), reason));
                    layout.remove(number, from);
                    tooMany -= replica.isVoter() ? 1 : 0;
                } else {
                    move(group, number, from, first, reason);
                }
            }
        }
    }

    private static List<ReplicaModel> unhealthyFirst(GroupModel group) {
        return group.replicas().stream()
                .sorted(Comparator.comparing(ReplicaModel::healthy))
                .toList();
    }

    /**
     * The groups that have a replica on a node that is left: those that can lose the fewest healthy voters first, and of those the largest,
     * as what comes last evens out best when it is small.
     */
    private List<GroupModel> mostUrgentFirst(Predicate<NodeModel> leaves) {
        return model.groups().values().stream()
                .filter(group -> group.replicas().stream()
                        .anyMatch(replica ->
                                model.node(replica.node()).filter(leaves).isPresent()))
                .sorted(Comparator.<GroupModel>comparingInt(group -> group.healthyVoters() - group.quorum())
                        .thenComparing(
                                Comparator.comparingLong(GroupModel::bytes).reversed())
                        .thenComparing(GroupModel::id))
                .toList();
    }

    private void move(GroupModel group, int number, int from, int first, String why) {
        Optional<NodeId> learner = orphan(group, from);
        if (learner.isPresent()) {
            // Half of the way is done: it was added by a change that was broken off.
            layout.remove(number, from);
            steps.add(new Step.MoveReplica(group.id(), layout.id(from), learner.get(), group.bytes(), why));
            return;
        }
        int to = first != ReplicaLayout.NOBODY && !layout.holds(first, number) && layout.hasRoom(first, number)
                ? first
                : layout.place(number, from);
        if (to == ReplicaLayout.NOBODY) {
            waiting.add(nobodyFor(group));
            return;
        }
        int sharedBefore = layout.shared(from, number);
        layout.move(number, from, to);
        int sharedAfter = layout.shared(to, number);
        if (sharedAfter > sharedBefore) {
            closer.add(new Closer(group.id(), layout.id(to), FailureDomains.widestOf(sharedAfter)));
        }
        steps.add(new Step.MoveReplica(group.id(), layout.id(from), layout.id(to), group.bytes(), why));
    }

    /** A learner that may stand in for a replica that leaves, and for no other yet. */
    private Optional<NodeId> orphan(GroupModel group, int from) {
        return group.replicas().stream()
                .filter(replica -> !replica.isVoter())
                .map(ReplicaModel::node)
                .filter(node -> !node.equals(layout.id(from)) && layout.takes(layout.nodeOf(node)))
                .filter(node -> steps.stream()
                        .noneMatch(step -> step instanceof Step.MoveReplica move
                                && move.group().equals(group.id())
                                && move.to().equals(node)))
                .findFirst();
    }

    private WaitingOn nobodyFor(GroupModel group) {
        long able = layout.nodes.stream()
                .filter(node -> layout.takes(layout.nodeOf(node.id())))
                .count();
        String limit = able <= group.replicasWanted()
                ? "it wants " + group.replicasWanted() + " replicas on different nodes, and " + able
                        + " nodes are in service"
                : "no node has " + Amounts.bytes(group.bytes()) + " free and stays below "
                        + Amounts.percent(policy.diskFullMax()) + " full";
        return new WaitingOn.NoNodeFor(group.id(), (int) able, limit);
    }

    /** Brings every group that is not claimed to as many replicas as it wants, as far as there are nodes. */
    void fit() {
        for (GroupModel group : model.groups().values()) {
            if (model.isClaimed(group.id()) || !group.hasQuorum()) {
                continue;
            }
            int number = layout.groupOf(group.id());
            int spare = group.replicas().size() - group.replicasWanted();
            finishLearners(group, spare);
            int voters = group.voters();
            if (group.replicas().size() == voters && voters > group.replicasWanted()) {
                steps.add(new Step.RemoveReplica(
                        group.id(),
                        layout.id(leastUseful(group, number)),
                        voters + " voters, " + group.replicasWanted() + " are wanted"));
            }
            for (int missing = -spare; missing > 0; missing--) {
                int to = layout.place(number, ReplicaLayout.NOBODY);
                if (to == ReplicaLayout.NOBODY) {
                    waiting.add(nobodyFor(group));
                    break;
                }
                layout.add(number, to);
                steps.add(new Step.AddReplica(
                        group.id(),
                        layout.id(to),
                        group.bytes(),
                        group.replicas().size() + " replicas, " + group.replicasWanted() + " are wanted"));
            }
        }
    }

    /** A learner of which no operation knows was left by one that ended: it is of use where a voter is missing. */
    private void finishLearners(GroupModel group, int spare) {
        int tooMany = spare;
        for (ReplicaModel replica : group.replicas()) {
            if (!replica.isVoter()) {
                String why = "a learner that no operation waits for";
                steps.add(
                        tooMany > 0
                                ? new Step.RemoveReplica(group.id(), replica.node(), why)
                                : new Step.AddReplica(group.id(), replica.node(), 0, why));
                tooMany--;
            }
        }
    }

    /** The voter to go: one that is not healthy, else one that shares a domain, else the one on the fullest node. */
    private int leastUseful(GroupModel group, int number) {
        return group.replicas().stream()
                .sorted(Comparator.comparing(ReplicaModel::healthy)
                        .thenComparing(Comparator.<ReplicaModel>comparingInt(
                                        replica -> layout.shared(layout.nodeOf(replica.node()), number))
                                .reversed())
                        .thenComparing(Comparator.<ReplicaModel>comparingDouble(
                                        replica -> layout.fullness(layout.nodeOf(replica.node())))
                                .reversed())
                        .thenComparing(ReplicaModel::node))
                .mapToInt(replica -> layout.nodeOf(replica.node()))
                .findFirst()
                .orElseThrow();
    }

    ReplicaLayout layout() {
        return layout;
    }
}

package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a step needs next, told by the cluster as it is: so a driver that forgot where it was, or begins in the middle, goes on rightly.
 * Each action keeps a majority of healthy voters before and after it. Pure: the same model gives the same answer.
 */
public sealed interface NextAction {
    /** Have this done. */
    record Act(Action action) implements NextAction {}

    /** Nothing can be done for it now. */
    record Wait(WaitingOn on) implements NextAction {}

    /** It is done. */
    record Done() implements NextAction {}

    /** The cluster has changed so that it makes no sense any more: plan again. */
    record Moot(String why) implements NextAction {}

    static NextAction of(Step step, ClusterModel model, PlanPolicy policy) {
        return switch (step) {
            case Step.AddReplica add -> addition(add.group(), add.to(), model, policy);
            case Step.MoveReplica move -> move(move, model, policy);
            case Step.RemoveReplica remove ->
                model.group(remove.group())
                        .flatMap(group -> group.replicaOn(remove.from()).map(it -> removal(group, it, model, policy)))
                        .orElseGet(Done::new);
            case Step.MoveLeader move -> leaderMove(move, model, policy);
            case Step.CreateGroup create ->
                model.group(create.group()).isPresent()
                        ? new Done()
                        : new Act(new Action.FormGroup(create.group(), create.members()));
            case Step.MoveRange move -> rangeMove(move, model, policy);
            case Step.RetireGroup retire -> retirement(retire.group(), model);
            case Step.DropStray drop ->
                model.strays().contains(new ClusterModel.Stray(drop.group(), drop.node()))
                        ? new Act(new Action.DeleteStray(drop.group(), drop.node()))
                        : new Done();
            case Step.SetIntent set -> intent(set, model);
        };
    }

    private static NextAction move(Step.MoveReplica move, ClusterModel model, PlanPolicy policy) {
        GroupModel group = model.groups().get(move.group());
        if (group == null) {
            return new Moot("there is no group " + move.group() + " any more");
        }
        if (!group.hasReplicaOn(move.from()) && !group.hasReplicaOn(move.to())) {
            return new Moot("group " + group.id() + " has no replica on " + move.from() + " any more");
        }
        NextAction arrival = addition(move.group(), move.to(), model, policy);
        Optional<ReplicaModel> leaving = group.replicaOn(move.from());
        if (arrival instanceof Act(Action.PromoteLearner _)) {
            return leaving.flatMap(from -> handOverFirst(group, from, model, policy))
                    .orElse(arrival);
        }
        return arrival instanceof Done
                ? leaving.map(from -> removal(group, from, model, policy)).orElse(arrival)
                : arrival;
    }

    /** A leader that goes hands over while those vote who did before: they elect in a moment, a newcomer's vote may take seconds. */
    private static Optional<NextAction> handOverFirst(
            GroupModel group, ReplicaModel leaving, ClusterModel model, PlanPolicy policy) {
        return group.isLedBy(leaving.node())
                ? successor(group, leaving, model, policy)
                        .filter(next -> !hasJustBegun(next.node(), model, policy))
                        .map(next -> handOver(group, leaving, next))
                : Optional.empty();
    }

    private static NextAction handOver(GroupModel group, ReplicaModel leaving, ReplicaModel next) {
        return new Act(new Action.TransferLeadership(group.id(), leaving.node(), next.node()));
    }

    private static NextAction addition(GroupId id, NodeId to, ClusterModel model, PlanPolicy policy) {
        GroupModel group = model.groups().get(id);
        NodeModel node = model.nodes().get(to);
        if (group == null || node == null) {
            return new Moot(group == null ? "there is no group " + id + " any more" : "there is no node " + to);
        }
        Optional<ReplicaModel> replica = group.replicaOn(to);
        if (replica.filter(ReplicaModel::isVoter).isPresent()) {
            return new Done();
        }
        if (node.isLeaving(policy.healAfter())) {
            return new Moot("node " + to + " is " + Amounts.words(node.intent()) + (node.isUp() ? "" : " and silent")
                    + ", so it can take no replica of " + id);
        }
        if (node.presence() instanceof NodeModel.Presence.Silent silent) {
            return new Wait(new WaitingOn.NodeSilent(to, silent.lasting()));
        }
        if (!group.hasQuorum()) {
            return new Wait(new WaitingOn.QuorumLost(id, group.healthyVoters(), group.quorum()));
        }
        if (replica.isEmpty()) {
            return new Act(new Action.AddLearner(id, to));
        }
        ReplicaModel learner = replica.get();
        if (!learner.healthy() || learner.entriesBehind() > policy.entriesBehindMax()) {
            return new Wait(new WaitingOn.CatchingUp(id, to, learner.entriesBehind(), policy.entriesBehindMax()));
        }
        return Quorum.allowsPromotion(group)
                ? new Act(new Action.PromoteLearner(id, to))
                : new Wait(new WaitingOn.QuorumAtRisk(id, group.healthyVoters() + 1, Quorum.of(group.voters() + 1)));
    }

    private static NextAction removal(GroupModel group, ReplicaModel leaving, ClusterModel model, PlanPolicy policy) {
        if (!group.hasQuorum()) {
            return new Wait(new WaitingOn.QuorumLost(group.id(), group.healthyVoters(), group.quorum()));
        }
        if (leaving.isVoter() && leaving.healthy() && group.voters() <= group.replicasWanted()) {
            // Nothing that this step waits for would ever make it possible.
            return new Moot("group " + group.id() + " has " + group.voters() + " voters and wants "
                    + group.replicasWanted() + ", so it keeps its replica on " + leaving.node());
        }
        if (!Quorum.allowsRemoval(group, leaving)) {
            Optional<NodeId> died = group.members().stream()
                    .filter(member -> !member.equals(leaving.node()))
                    .filter(member -> model.node(member)
                            .filter(node -> node.isDead(policy.healAfter()))
                            .isPresent())
                    .findFirst();
            // Whoever heals the group must be let in: this step would hold it for ever.
            return died.<NextAction>map(node -> new Moot("node " + node + " died, so " + group.id()
                            + " needs its replica on " + leaving.node() + " until it is healed"))
                    .orElseGet(() -> new Wait(new WaitingOn.QuorumAtRisk(
                            group.id(), Quorum.healthyWithout(group, leaving), Quorum.neededWithout(group, leaving))));
        }
        if (group.isLedBy(leaving.node())) {
            return successor(group, leaving, model, policy)
                    .map(next -> handOver(group, leaving, next))
                    .orElseGet(() -> new Wait(new WaitingOn.LeaderUnknown(group.id())));
        }
        return new Act(new Action.RemoveMember(group.id(), leaving.node()));
    }

    /** Who leads when a leader goes: not one that has just begun, if there is another, as it is slow; then one that leads few. */
    private static Optional<ReplicaModel> successor(
            GroupModel group, ReplicaModel leaving, ClusterModel model, PlanPolicy policy) {
        return group.replicas().stream()
                .filter(replica -> replica.isVoter() && replica.healthy() && !replica.equals(leaving))
                .filter(replica -> replica.entriesBehind() <= policy.entriesBehindMax())
                .min(Comparator.comparing((ReplicaModel replica) -> hasJustBegun(replica.node(), model, policy))
                        .thenComparingLong(replica -> leaderships(replica.node(), model)));
    }

    private static boolean hasJustBegun(NodeId node, ClusterModel model, PlanPolicy policy) {
        return model.node(node).filter(it -> it.isUpFor(policy.settle())).isEmpty();
    }

    private static long leaderships(NodeId node, ClusterModel model) {
        return model.groups().values().stream()
                .filter(group -> group.isLedBy(node))
                .count();
    }

    private static NextAction leaderMove(Step.MoveLeader move, ClusterModel model, PlanPolicy policy) {
        GroupModel group = model.groups().get(move.group());
        if (group == null) {
            return new Moot("there is no group " + move.group() + " any more");
        }
        if (group.leader().isEmpty()) {
            return new Wait(new WaitingOn.LeaderUnknown(group.id()));
        }
        NodeId leader = group.leader().get();
        if (leader.equals(move.to())) {
            return new Done();
        }
        if (!leader.equals(move.from())) {
            return new Moot("group " + group.id() + " is led by " + leader + " by now, not by " + move.from());
        }
        Optional<ReplicaModel> next = group.replicaOn(move.to()).filter(it -> it.isVoter() && it.healthy());
        if (next.isEmpty()) {
            return new Moot("group " + group.id() + " has no healthy voter on " + move.to());
        }
        return next.get().entriesBehind() > policy.entriesBehindMax()
                ? new Wait(new WaitingOn.CatchingUp(
                        group.id(), move.to(), next.get().entriesBehind(), policy.entriesBehindMax()))
                : new Act(new Action.TransferLeadership(group.id(), move.from(), move.to()));
    }

    private static NextAction rangeMove(Step.MoveRange move, ClusterModel model, PlanPolicy policy) {
        for (GroupId id : List.of(move.from(), move.to())) {
            Optional<GroupModel> group = model.group(id);
            if (group.isEmpty()) {
                return new Moot("there is no group " + id + " any more");
            }
            if (!group.get().hasQuorum()) {
                return new Wait(new WaitingOn.QuorumLost(
                        id, group.get().healthyVoters(), group.get().quorum()));
            }
            if (group.get().leader().isEmpty()) {
                return new Wait(new WaitingOn.LeaderUnknown(id));
            }
        }
        List<GroupId> owners = ownersWithin(move.range(), model.ring());
        if (owners.stream().allMatch(move.to()::equals)) {
            return new Done();
        }
        if (!owners.stream().allMatch(move.from()::equals)) {
            return new Moot("range " + move.range() + " belongs to " + owners + " by now, not to " + move.from());
        }
        return new RangeRoom(model, policy)
                .lack(move.to(), move.bytes())
                .<NextAction>map(Wait::new)
                .orElseGet(() -> new Act(new Action.TransferRange(move.range(), move.from(), move.to())));
    }

    private static List<GroupId> ownersWithin(TokenRange range, List<RangeModel> ring) {
        List<GroupId> owners = new ArrayList<>();
        for (int i = Rings.indexOf(ring, range.startInclusive());
                i < ring.size() && ring.get(i).range().overlaps(range);
                i++) {
            owners.add(ring.get(i).owner());
        }
        return owners;
    }

    private static NextAction retirement(GroupId id, ClusterModel model) {
        if (model.group(id).isEmpty()) {
            return new Done();
        }
        long owned =
                model.ring().stream().filter(range -> range.owner().equals(id)).count();
        return owned > 0
                ? new Moot("group " + id + " owns " + owned + " ranges still")
                : new Act(new Action.EndGroup(id));
    }

    private static NextAction intent(Step.SetIntent set, ClusterModel model) {
        long held = model.groups().values().stream()
                .filter(group -> group.hasReplicaOn(set.node()))
                .count();
        if (set.intent() == NodeModel.Intent.REMOVED && held > 0) {
            // As when a step was moot, and its group goes another way.
            return new Wait(new WaitingOn.NodeNotEmpty(set.node(), (int) held));
        }
        return model.node(set.node())
                .<NextAction>map(node -> node.intent() == set.intent()
                        ? new Done()
                        : new Act(new Action.ChangeIntent(set.node(), set.intent())))
                .orElseGet(() -> new Moot("there is no node " + set.node()));
    }
}

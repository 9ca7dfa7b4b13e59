package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.state.Members;
import io.titankv.placement.state.NodeRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.proto.internal.v1.ChangeMembers;
import io.titankv.proto.internal.v1.CreateReplica;
import io.titankv.proto.internal.v1.GroupMember;
import io.titankv.proto.internal.v1.GroupMembers;
import io.titankv.proto.internal.v1.Instruction;
import io.titankv.proto.internal.v1.RemoveReplica;
import io.titankv.proto.internal.v1.ReplicaState;
import io.titankv.proto.internal.v1.TransferLeadership;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What follows from a group's members for one node: to make a replica that joins, to add one, to delete one. Pure functions. */
final class MemberDuties {
    private MemberDuties() {}

    /** What the node should do for the group's members now. */
    static Optional<Instruction> of(NodeId node, GroupId group, PlacementState state, Reports reports) {
        Members members = state.membersOf(group);
        boolean follows = members.joining().contains(node) || members.learners().contains(node);
        if (follows && reports.replica(node, group).isEmpty()) {
            // It has no vote, so it may be made afresh at any time.
            return Optional.of(Instruction.newBuilder()
                    .setCreateReplica(CreateReplica.newBuilder().setGroup(group.toString()))
                    .build());
        }
        if (members.leaving().contains(node) && reports.replica(node, group).isPresent()) {
            return isWhole(group, members, reports) ? Optional.of(remove(group)) : Optional.empty();
        }
        return reports.reportedLeader(group).filter(node::equals).flatMap(leader -> {
            Optional<NodeId> next = members.joining().stream()
                    .filter(joining -> reports.serves(joining, group))
                    .findFirst();
            return next.flatMap(
                    joining -> change(group, state, reports, members.voters(), with(members.learners(), joining)));
        });
    }

    /** Nobody deletes a replica while the group cannot do without it. */
    private static boolean isWhole(GroupId group, Members members, Reports reports) {
        long serving = members.voters().stream()
                .filter(voter -> reports.serves(voter, group))
                .count();
        return reports.reportedLeader(group).isPresent()
                && serving * 2 > members.voters().size();
    }

    /** The order to change a group's members to these; empty while its leader says that they are others than placement knows. */
    static Optional<Instruction> change(
            GroupId group,
            PlacementState state,
            Reports reports,
            Collection<NodeId> voters,
            Collection<NodeId> learners) {
        Members members = state.membersOf(group);
        return committed(group, reports)
                .filter(said -> isAs(said, members))
                .map(said -> Instruction.newBuilder()
                        .setChangeMembers(ChangeMembers.newBuilder()
                                .setGroup(group.toString())
                                .addAllExpectedVoters(members(members.voters(), state))
                                .addAllExpectedLearners(members(members.learners(), state))
                                .addAllVoters(members(voters, state))
                                .addAllLearners(members(learners, state)))
                        .build());
    }

    /** The order to delete a replica, for good. */
    static Instruction remove(GroupId group) {
        return Instruction.newBuilder()
                .setRemoveReplica(RemoveReplica.newBuilder().setGroup(group.toString()))
                .build();
    }

    /** The order to hand the leadership of a group over. */
    static Instruction handOver(GroupId group, NodeId to) {
        return Instruction.newBuilder()
                .setTransferLeadership(TransferLeadership.newBuilder()
                        .setGroup(group.toString())
                        .setTargetNodeId(to.value()))
                .build();
    }

    /** Who is in a group by its leader's word; empty while a change is under way, or no leader is heard of. */
    static Optional<GroupMembers> committed(GroupId group, Reports reports) {
        return reports.reportedLeader(group)
                .flatMap(leader -> reports.replica(leader, group))
                .filter(ReplicaState::hasMembers)
                .map(ReplicaState::getMembers);
    }

    static boolean isAs(GroupMembers said, Members members) {
        return members.isAs(ids(said.getVotersList()), ids(said.getLearnersList()));
    }

    static List<NodeId> ids(List<String> names) {
        return names.stream().map(NodeId::new).toList();
    }

    private static List<GroupMember> members(Collection<NodeId> nodes, PlacementState state) {
        return nodes.stream().sorted().map(node -> member(node, state)).toList();
    }

    static GroupMember member(NodeId id, PlacementState state) {
        NodeRecord node = state.nodes().get(id);
        if (node == null) {
            throw new IllegalStateException("member " + id + " is no node");
        }
        return GroupMember.newBuilder()
                .setNodeId(id.value())
                .setRaftAddress(node.raftAddress())
                .build();
    }

    static List<NodeId> with(Collection<NodeId> nodes, NodeId node) {
        List<NodeId> more = new ArrayList<>(without(nodes, node));
        more.add(node);
        return more;
    }

    static List<NodeId> without(Collection<NodeId> nodes, NodeId node) {
        return nodes.stream().filter(Predicate.not(node::equals)).toList();
    }
}

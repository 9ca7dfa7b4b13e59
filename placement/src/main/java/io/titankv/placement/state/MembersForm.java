package io.titankv.placement.state;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.proto.durable.v1.ConfirmMembers;
import io.titankv.proto.durable.v1.ForgetReplica;
import io.titankv.proto.durable.v1.GiveUpJoining;
import io.titankv.proto.durable.v1.JoinGroup;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.durable.v1.StoredMembersUnderWay;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** The protobuf form of members and of what changes them, both ways. Thread-safe. */
public final class MembersForm {
    private MembersForm() {}

    /** A node is to make a replica of the group and to be added to it. */
    public static PlacementCommand join(String clusterId, GroupId group, NodeId node) {
        return StoredForm.command(clusterId)
                .setJoinGroup(JoinGroup.newBuilder().setGroup(group.number()).setNodeId(node.value()))
                .build();
    }

    /** A node that was to join, and was not added, is not to join any more. */
    public static PlacementCommand giveUp(String clusterId, GroupId group, NodeId node) {
        return StoredForm.command(clusterId)
                .setGiveUpJoining(
                        GiveUpJoining.newBuilder().setGroup(group.number()).setNodeId(node.value()))
                .build();
    }

    /** Who the members are by the configuration that stands at that place in the group's log, and is committed. */
    public static PlacementCommand confirm(
            String clusterId, GroupId group, Collection<NodeId> voters, Collection<NodeId> learners, long logIndex) {
        return StoredForm.command(clusterId)
                .setConfirmMembers(ConfirmMembers.newBuilder()
                        .setGroup(group.number())
                        .addAllVoters(names(voters))
                        .addAllLearners(names(learners))
                        .setLogIndex(logIndex))
                .build();
    }

    /** A node that left the group has deleted its replica. */
    public static PlacementCommand forget(String clusterId, GroupId group, NodeId node) {
        return StoredForm.command(clusterId)
                .setForgetReplica(
                        ForgetReplica.newBuilder().setGroup(group.number()).setNodeId(node.value()))
                .build();
    }

    static StoredMembersUnderWay underWay(Members members) {
        return StoredMembersUnderWay.newBuilder()
                .addAllLearners(names(members.learners()))
                .addAllJoining(names(members.joining()))
                .addAllLeaving(names(members.leaving()))
                .setLogIndex(members.logIndex())
                .build();
    }

    static Members members(List<NodeId> voters, StoredMembersUnderWay stored) {
        return new Members(
                voters,
                ids(stored.getLearnersList()),
                ids(stored.getJoiningList()),
                ids(stored.getLeavingList()),
                stored.getLogIndex());
    }

    private static List<String> names(Collection<NodeId> nodes) {
        return nodes.stream().map(NodeId::value).toList();
    }

    private static SortedSet<NodeId> ids(List<String> names) {
        SortedSet<NodeId> ids = new TreeSet<>();
        names.forEach(name -> ids.add(new NodeId(name)));
        return ids;
    }
}

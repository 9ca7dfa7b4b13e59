package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import java.util.List;
import java.util.Set;

/**
 * One move of a plan, as people see it: what goes from where to where, and why. A step is made of {@link Action}s; which one is
 * next follows from the cluster, not from memory ({@link NextAction}).
 */
public sealed interface Step {
    /** Why this one: for people. */
    String why();

    /** One more replica. */
    record AddReplica(GroupId group, NodeId to, long bytes, String why) implements Step {}

    /** A replica goes to another node: learner, catch up, promote, then the old one is removed. */
    record MoveReplica(GroupId group, NodeId from, NodeId to, long bytes, String why) implements Step {}

    /** One replica less. */
    record RemoveReplica(GroupId group, NodeId from, String why) implements Step {}

    record MoveLeader(GroupId group, NodeId from, NodeId to, String why) implements Step {}

    record CreateGroup(GroupId group, List<NodeId> members, String why) implements Step {
        public CreateGroup {
            members = List.copyOf(members);
        }
    }

    /** A range goes to another group, with its data. */
    record MoveRange(TokenRange range, GroupId from, GroupId to, long bytes, double opsPerSecond, String why)
            implements Step {}

    /** A group that owns nothing any more is ended. */
    record RetireGroup(GroupId group, String why) implements Step {}

    /** A replica of which its group knows nothing is deleted. */
    record DropStray(GroupId group, NodeId node, String why) implements Step {}

    /** A node's intent changes; every step before it is done first, every step after it waits. */
    record SetIntent(NodeId node, NodeModel.Intent intent, String why) implements Step {}

    /** Bytes that it copies from node to node; for a range, in one replica. */
    default long bytesMoved() {
        return switch (this) {
            case AddReplica add -> add.bytes;
            case MoveReplica move -> move.bytes;
            case MoveRange move -> move.bytes;
            case RemoveReplica _, MoveLeader _, CreateGroup _, RetireGroup _, DropStray _, SetIntent _ -> 0;
        };
    }

    /** The groups that it changes: two steps that share one are done one after the other. */
    default Set<GroupId> groups() {
        return switch (this) {
            case AddReplica add -> Set.of(add.group);
            case MoveReplica move -> Set.of(move.group);
            case RemoveReplica remove -> Set.of(remove.group);
            case MoveLeader move -> Set.of(move.group);
            case CreateGroup create -> Set.of(create.group);
            case MoveRange move -> Set.of(move.from, move.to);
            case RetireGroup retire -> Set.of(retire.group);
            case DropStray drop -> Set.of(drop.group);
            case SetIntent _ -> Set.of();
        };
    }

    /** What moves from where to where, in one line, without the reason. */
    default String text() {
        return switch (this) {
            case AddReplica add -> "replica of " + add.group + " to " + add.to + ", " + Amounts.bytes(add.bytes);
            case MoveReplica move ->
                "replica of " + move.group + " from " + move.from + " to " + move.to + ", " + Amounts.bytes(move.bytes);
            case RemoveReplica remove -> "replica of " + remove.group + " off " + remove.from;
            case MoveLeader move -> "leader of " + move.group + " from " + move.from + " to " + move.to;
            case CreateGroup create -> "group " + create.group + " on " + create.members;
            case MoveRange move ->
                "range " + move.range + " from " + move.from + " to " + move.to + ", " + Amounts.bytes(move.bytes);
            case RetireGroup retire -> "group " + retire.group + " retired";
            case DropStray drop -> "stray replica of " + drop.group + " deleted on " + drop.node;
            case SetIntent set -> "node " + set.node + " becomes " + Amounts.words(set.intent);
        };
    }
}

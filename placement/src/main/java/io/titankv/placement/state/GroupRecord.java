package io.titankv.placement.state;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.HashSet;
import java.util.List;

/**
 * A shard's group. Immutable.
 *
 * @param id its number, not placement's
 * @param members the nodes of its replicas, none twice; the first is the one preferred as leader
 * @param state how far it is
 * @param ownershipEpoch the ring epoch at which what it owns last changed
 */
public record GroupRecord(GroupId id, List<NodeId> members, State state, Epoch ownershipEpoch) {
    /** How far a group is. */
    public enum State {
        /** Its replicas are being made. */
        CREATING,
        /** Every member has its replica, and the leader knows its ranges. */
        SERVING
    }

    public GroupRecord {
        members = List.copyOf(members);
        if (id.isPlacement()) {
            throw new IllegalArgumentException("the placement group holds no ranges");
        }
        if (members.isEmpty()) {
            throw new IllegalArgumentException("group " + id + " has no members");
        }
        if (new HashSet<>(members).size() != members.size()) {
            throw new IllegalArgumentException("group " + id + " has a member twice: " + members);
        }
    }

    GroupRecord serving() {
        return new GroupRecord(id, members, State.SERVING, ownershipEpoch);
    }
}

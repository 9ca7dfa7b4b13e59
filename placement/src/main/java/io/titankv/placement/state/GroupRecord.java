package io.titankv.placement.state;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.List;

/**
 * A shard's group. Immutable.
 *
 * @param id its number, not placement's
 * @param roster who is in it, who comes and who goes
 * @param state how far it is
 * @param ownershipEpoch the ring epoch at which what it owns last changed
 */
public record GroupRecord(GroupId id, Members roster, State state, Epoch ownershipEpoch) {
    /** How far a group is. */
    public enum State {
        /** Its replicas are being made. */
        CREATING,
        /** Every member has its replica, and the leader knows its ranges. */
        SERVING,
        /** It owns nothing and gets nothing: its replicas are being deleted. */
        RETIRED
    }

    public GroupRecord {
        if (id.isPlacement()) {
            throw new IllegalArgumentException("the placement group holds no ranges");
        }
        if (roster.voters().isEmpty()) {
            throw new IllegalArgumentException("group " + id + " has no members");
        }
    }

    /**
     * A group with which nothing has happened yet.
     *
     * @param members the nodes of its replicas, none twice; the first is the one preferred as leader
     */
    public GroupRecord(GroupId id, List<NodeId> members, State state, Epoch ownershipEpoch) {
        this(id, Members.of(members), state, ownershipEpoch);
    }

    /** Its voters; the first is the one preferred as leader. */
    public List<NodeId> members() {
        return roster.voters();
    }

    GroupRecord serving() {
        return new GroupRecord(id, roster, State.SERVING, ownershipEpoch);
    }

    GroupRecord retired() {
        return new GroupRecord(id, roster, State.RETIRED, ownershipEpoch);
    }

    /** As its ownership changed at that epoch. */
    GroupRecord owningSince(Epoch epoch) {
        return new GroupRecord(id, roster, state, epoch);
    }

    GroupRecord with(Members changed) {
        return new GroupRecord(id, changed, state, ownershipEpoch);
    }
}

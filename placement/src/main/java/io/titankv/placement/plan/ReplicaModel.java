package io.titankv.placement.plan;

import io.titankv.model.NodeId;

/**
 * A group's replica on one node, as the planners see it. Immutable.
 *
 * @param healthy its node is up and it is in service
 * @param entriesBehind entries that its leader has committed and it has not applied; {@link #UNKNOWN} when it has not said
 */
public record ReplicaModel(NodeId node, Role role, boolean healthy, long entriesBehind) {
    /** Of a replica that has not reported yet. */
    public static final long UNKNOWN = Long.MAX_VALUE;

    /** Whether it votes. */
    public enum Role {
        VOTER,
        /** Catches up; its word does not count yet. */
        LEARNER
    }

    public ReplicaModel {
        if (entriesBehind < 0) {
            throw new IllegalArgumentException("a replica is not behind by " + entriesBehind + " entries");
        }
    }

    /** A voter that keeps pace. */
    public static ReplicaModel voter(NodeId node) {
        return new ReplicaModel(node, Role.VOTER, true, 0);
    }

    /** A learner that was just added. */
    public static ReplicaModel learner(NodeId node) {
        return new ReplicaModel(node, Role.LEARNER, true, UNKNOWN);
    }

    public boolean isVoter() {
        return role == Role.VOTER;
    }
}

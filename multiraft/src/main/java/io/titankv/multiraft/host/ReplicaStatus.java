package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A replica at one moment.
 *
 * @param role what it is
 * @param term its current term
 * @param leader who leads as far as it knows
 * @param ready for a leader: everything that earlier leaders committed is applied
 * @param commitIndex last index known to be committed, -1 when none
 * @param appliedIndex last index applied, -1 when none
 * @param matchIndexes leader only: for each follower the last index that it is known to hold
 * @param sinceLeaderContactNanos follower: time since it last heard from the leader; leader: 0; Long.MAX_VALUE when never
 * @param leaseValid leader only: a majority answered within the lease, so that no other can lead now
 * @param fault why it is out of service, null when it serves
 */
public record ReplicaStatus(
        Role role,
        long term,
        @Nullable NodeId leader,
        boolean ready,
        long commitIndex,
        long appliedIndex,
        Map<NodeId, Long> matchIndexes,
        long sinceLeaderContactNanos,
        boolean leaseValid,
        @Nullable String fault) {
    /** What a replica is to its group. */
    public enum Role {
        LEADER,
        FOLLOWER,
        CANDIDATE,
        LEARNER,
        /** Out of service or stopped. */
        DOWN
    }

    public boolean leads() {
        return role == Role.LEADER && ready;
    }

    /** It was elected and does not serve yet. Nobody else leads. */
    public boolean isAboutToLead() {
        return role == Role.LEADER && !ready;
    }
}

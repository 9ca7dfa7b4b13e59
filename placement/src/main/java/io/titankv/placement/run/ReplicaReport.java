package io.titankv.placement.run;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.multiraft.host.ReplicaStatus;

/**
 * A local replica, as the node tells placement of it. Immutable.
 *
 * @param group whose replica
 * @param status what Raft says
 * @param ranges how many ranges it owns; 0 for the placement replica
 * @param ownershipEpoch the ring epoch of its ownership, {@link Epoch#NONE} before it was given ranges
 * @param keys live keys
 * @param liveBytes bytes of live records
 * @param deadBytes bytes that no key points at
 */
public record ReplicaReport(
        GroupId group,
        ReplicaStatus status,
        int ranges,
        Epoch ownershipEpoch,
        long keys,
        long liveBytes,
        long deadBytes) {}

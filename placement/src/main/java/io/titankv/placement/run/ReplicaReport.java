package io.titankv.placement.run;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.multiraft.host.CommittedMembership;
import io.titankv.multiraft.host.ReplicaStatus;
import java.util.Optional;

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
 * @param members of a leader, while no change of members is under way: who is in the group; else empty
 * @param transfer of a shard that takes or took part in a range transfer; else empty
 * @param operations reads and writes since the process started
 */
public record ReplicaReport(
        GroupId group,
        ReplicaStatus status,
        int ranges,
        Epoch ownershipEpoch,
        long keys,
        long liveBytes,
        long deadBytes,
        Optional<CommittedMembership> members,
        Optional<TransferReport> transfer,
        long operations) {}

package io.titankv.placement.run;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.Membership;
import io.titankv.multiraft.host.Replica;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What placement has a node do and tell. Implemented by the server. Thread-safe. Anything may be asked again; what is done already
 * is left as it is. An exception means "not done": it is logged and the order comes again.
 */
public interface NodeActions {
    /** The local replica of the placement group, when this node has one. */
    Optional<Replica> placementReplica();

    /**
     * Creates the local replica of a group, placement's too, or leaves it when it is there. Returns when it stands. May block.
     *
     * @param members all voters of a group that is new; empty: a replica that waits to be added by the group's leader
     */
    void createReplica(GroupId group, List<Member> members);

    /** Stops the local replica of a group and deletes its log and state for good. May block. */
    void removeReplica(GroupId group);

    /** Gives a shard that this node leads its first ranges; completes with true when they stand. */
    CompletableFuture<Boolean> assignRanges(GroupId group, Epoch epoch, List<TokenRange> ranges);

    /** Hands the leadership of a group over; completes with true when the target leads. */
    CompletableFuture<Boolean> transferLeadership(GroupId group, NodeId target);

    /**
     * Changes the members of a group that this node leads, if they are those expected; completes with true when they are those wanted.
     * New members are given time to catch up first.
     */
    CompletableFuture<Boolean> changeMembers(GroupId group, Membership expected, Membership wanted);

    /** All local replicas, the placement replica too. Cheap; called every second. */
    List<ReplicaReport> localReplicas();

    /** The disk of the data directory. */
    DiskSpace diskSpace();

    /** Room on a disk, bytes. */
    record DiskSpace(long freeBytes, long totalBytes) {}
}

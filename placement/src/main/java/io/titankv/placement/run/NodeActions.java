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

    /**
     * Copies ranges into a shard that this node leads, until they are all there and the other shard has frozen them, or until this node
     * does not lead any more. Returns at once; what has become of it is told by {@link #localReplicas}. Asked again, it goes on with the
     * rate asked for now.
     */
    void importRanges(RangeImport order);

    /** Freezes ranges of a shard that this node leads; completes with true when they are. */
    CompletableFuture<Boolean> freezeRanges(GroupId group, long transfer, List<TokenRange> ranges);

    /**
     * Settles a transfer in a shard that this node leads: the ranges are given up or taken over for good, or as if nothing had been.
     * Completes with true when it is settled.
     *
     * @param importing the shard is the one that gets the ranges
     * @param committed the epoch at which the ranges change hands; empty: the transfer is given up
     */
    CompletableFuture<Boolean> settleTransfer(
            GroupId group, long transfer, boolean importing, Optional<Epoch> committed);

    /**
     * How much the copying of replicas to this node may bring in from now on. Cheap; called with every heartbeat.
     *
     * @param bytesPerSecondMax all together; 0: as much as it can
     */
    void limitCopies(long bytesPerSecondMax);

    /** All local replicas, the placement replica too. Cheap; called every second. */
    List<ReplicaReport> localReplicas();

    /** Tokens of some of the operations of a local replica since this was asked last, each operation as likely to be among them. */
    long[] drainSampledTokens(GroupId group);

    /** The disk of the data directory. */
    DiskSpace diskSpace();

    /** Room on a disk, bytes. */
    record DiskSpace(long freeBytes, long totalBytes) {}
}

package io.titankv.multiraft.host;

import com.google.protobuf.ByteString;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * This node's copy of one group. Thread-safe. Futures complete on Raft's threads: continuations must not block.
 *
 * <p>An interface so that what stands on top can be tested on a simulated log, without Raft.
 */
public interface Replica {
    GroupId group();

    /**
     * Proposes an entry. Entries proposed by one thread are appended in the order of the calls.
     *
     * @param entry 1 .. {@link #entryBytesMax} bytes
     * @throws IllegalArgumentException when the entry is empty or larger
     */
    CompletableFuture<ProposeOutcome> propose(ByteString entry);

    /**
     * Completes with {@link BarrierOutcome.Passed} when this replica was the leader at some instant after the call, and has
     * applied every write that was acknowledged before the call. Callers share rounds: those of one round get the same future. When it
     * ends because another replica leads, {@link #status} tells which.
     */
    CompletableFuture<BarrierOutcome> readBarrier();

    /** Role, term, indexes: a consistent copy. Cheap enough for once a second, not for each request. */
    ReplicaStatus status();

    /** What {@link ReplicaStatus#leads} says, at the price of a look. */
    default boolean leads() {
        return status().leads();
    }

    /** Completes when the replica has applied {@code index}, exceptionally (TimeoutException) when it has not in time. */
    CompletableFuture<Void> awaitApplied(long index, Duration timeout);

    /** Completes when every voter is known to hold {@code index}, exceptionally (TimeoutException) when not in time. Leader only. */
    CompletableFuture<Void> awaitReplicatedToAll(long index, Duration timeout);

    /**
     * Hands leadership over; completes with true when {@code target} leads. Writes are turned away meanwhile, so it is not begun with a
     * target that does not answer or is far behind: then completes with false at once.
     */
    CompletableFuture<Boolean> transferLeadership(NodeId target, Duration timeout);

    /** Makes the state durable and lets the log before it go. Completes when done. */
    CompletableFuture<Void> takeSnapshot();

    /** Voters as of the last applied configuration. */
    List<Member> members();

    int entryBytesMax();

    /**
     * The voters whose disks are nearly full, when they are so many that what is proposed here could not be committed; else none. As the
     * leader heard last; others know of none. Cheap.
     */
    List<NodeId> votersInNeedOfRoom();
}

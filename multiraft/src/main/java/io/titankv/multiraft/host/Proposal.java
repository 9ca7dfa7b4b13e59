package io.titankv.multiraft.host;

import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * An entry on its way: the message of a Ratis request, which also remembers whether Ratis came to append it.
 *
 * <p>That mark, not the kind of error, decides what a failure means. Ratis answers a request that it turned away and one that it
 * had appended when it lost its leadership with the same NotLeaderException; only the first is known not to have happened.
 * Thread-safe.
 */
final class Proposal implements Message {
    final CompletableFuture<ProposeOutcome> outcome = new CompletableFuture<>();
    final long madeNanos = System.nanoTime();
    final long deadlineNanos;
    private final ByteString entry;
    private volatile boolean appending;

    Proposal(ByteString entry, long deadlineNanos) {
        this.entry = entry;
        this.deadlineNanos = deadlineNanos;
    }

    /** Ratis is about to append it: from now on it may be committed, whatever we are told. */
    void markAppending() {
        appending = true;
    }

    /**
     * What became of it.
     *
     * @param reply of Ratis, when there is one
     * @param failure of the call
     * @param fault why the replica is out of service; null when it is not
     */
    ProposeOutcome outcomeOf(@Nullable RaftClientReply reply, @Nullable Throwable failure, @Nullable String fault) {
        if (reply != null && reply.isSuccess() && reply.getMessage() instanceof Proposal.Result result) {
            return new ProposeOutcome.Applied(result.position(), result.bytes());
        }
        Throwable cause = failure != null ? unwrapped(failure) : reply == null ? null : reply.getException();
        if (appending) {
            return new ProposeOutcome.Undetermined(String.valueOf(cause));
        }
        return switch (cause) {
            case NotLeaderException notLeader -> new ProposeOutcome.NotLeader(leaderIn(notLeader));
            case LeaderNotReadyException notReady -> new ProposeOutcome.NotLeader(null);
            case LeaderSteppingDownException steppingDown -> new ProposeOutcome.NotLeader(null);
            case ResourceUnavailableException full -> new ProposeOutcome.Busy();
            case null, default ->
                fault != null ? new ProposeOutcome.OutOfService(fault) : new ProposeOutcome.NotLeader(null);
        };
    }

    private static @Nullable NodeId leaderIn(NotLeaderException notLeader) {
        RaftPeer leader = notLeader.getSuggestedLeader();
        return leader == null ? null : Positions.fromRatis(leader.getId());
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    @Override
    public ByteString getContent() {
        return entry;
    }

    /** What apply gives back through Ratis to the proposer: in one process, the very object. */
    record Result(LogPosition position, com.google.protobuf.ByteString bytes) implements Message {
        @Override
        public ByteString getContent() {
            return ByteString.EMPTY;
        }
    }
}

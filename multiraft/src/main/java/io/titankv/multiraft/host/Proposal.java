package io.titankv.multiraft.host;

import io.titankv.model.LogPosition;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

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

    boolean mayBeInLog() {
        return appending;
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

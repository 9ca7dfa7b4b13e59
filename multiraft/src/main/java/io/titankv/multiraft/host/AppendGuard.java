package io.titankv.multiraft.host;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.protocol.RaftServerAsynchronousProtocol;

/**
 * Keeps a follower from acknowledging what it does not hold. Thread-safe; one for each server.
 *
 * <p>Ratis 3.3.0 answers a batch that it is still writing, sent a second time, at once and before the fsync; and between its check
 * of the leader's term and its append another append, or a vote, can pass. So here appends and votes of one group go one at a time,
 * and a success is held back until the log is flushed up to what it acknowledges.
 */
final class AppendGuard {
    /** How often a reply that waits for a flush looks again. Shorter than an fsync of most disks; few replies wait. */
    private static final Duration FLUSH_POLL = Duration.ofMillis(1);

    private final ConcurrentMap<RaftGroupId, Object> turns = new ConcurrentHashMap<>();
    private final Clock clock;
    private final long waitNanosMax;

    AppendGuard(Clock clock, Duration waitMax) {
        this.clock = clock;
        waitNanosMax = waitMax.toNanos();
    }

    /** Whoever changes what the group's log or vote is holds this. */
    Object turnOf(RaftGroupId group) {
        return turns.computeIfAbsent(group, ignored -> new Object());
    }

    void forget(RaftGroupId group) {
        turns.remove(group);
    }

    CompletableFuture<AppendEntriesReplyProto> append(
            RaftGroupId group,
            RaftServerAsynchronousProtocol division,
            LongSupplier flushIndex,
            AppendEntriesRequestProto request)
            throws IOException {
        CompletableFuture<AppendEntriesReplyProto> reply;
        synchronized (turnOf(group)) {
            reply = division.appendEntriesAsync(request);
        }
        if (request.getEntriesCount() == 0) {
            return reply;
        }
        return reply.thenCompose(given -> whenFlushed(given, flushIndex));
    }

    private CompletableFuture<AppendEntriesReplyProto> whenFlushed(
            AppendEntriesReplyProto reply, LongSupplier flushIndex) {
        if (reply.getResult() != AppendResult.SUCCESS || flushIndex.getAsLong() >= reply.getMatchIndex()) {
            return CompletableFuture.completedFuture(reply);
        }
        CompletableFuture<AppendEntriesReplyProto> held = new CompletableFuture<>();
        hold(held, reply, flushIndex, System.nanoTime());
        return held;
    }

    private void hold(
            CompletableFuture<AppendEntriesReplyProto> held,
            AppendEntriesReplyProto reply,
            LongSupplier flushIndex,
            long sinceNanos) {
        if (flushIndex.getAsLong() >= reply.getMatchIndex()) {
            held.complete(reply);
        } else if (System.nanoTime() - sinceNanos > waitNanosMax) {
            held.completeExceptionally(new IOException("the log was not flushed in time"));
        } else {
            clock.after(FLUSH_POLL, () -> hold(held, reply, flushIndex, sinceNanos));
        }
    }
}

package io.titankv.multiraft.host;

import com.google.protobuf.ByteString;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a group replicates. Its methods are called one at a time by the group's apply thread, except where another thread is
 * named. An exception from any of them takes the replica out of service; it is for faults of disk or of our own code, never for
 * commands that make no sense, which are answered by their result.
 */
public interface ReplicatedStateMachine {
    /**
     * Opens the state on disk and says how far it is. Entries up to there are not applied again. Called before anything else,
     * and again after {@link #stageSnapshot} has switched to newer state: then the old state is closed first.
     */
    LogPosition open();

    /**
     * Applies a committed entry. Deterministic: the same entries in the same order give the same state and results on every
     * replica.
     *
     * @return the result for whoever proposed the entry
     */
    ByteString apply(LogPosition position, ByteString entry);

    /**
     * Notes a committed position at which there was nothing to apply (a configuration or an empty entry of Raft). {@link
     * #makeDurable} need not remember it.
     */
    void skipped(LogPosition position);

    /**
     * Makes everything durable that was applied, and returns a position up to which it is; the log up to there may be purged.
     * Must be cheap: nothing of the group is applied meanwhile.
     */
    LogPosition makeDurable();

    /**
     * This replica is behind what the leader's log still holds. Fetches the state from {@code leader} and switches to it
     * durably, so that the next {@link #open} finds it; the open state goes on meanwhile. Called by a Ratis thread: returns at
     * once and works elsewhere.
     *
     * @param leader the node to fetch from
     * @param firstInLog the first entry that the leader can still send
     * @return the position of the new state, with the true term of that index; completes with null when there is nothing newer to
     *     fetch, exceptionally when it failed (it will be asked again)
     */
    CompletableFuture<@Nullable LogPosition> stageSnapshot(NodeId leader, LogPosition firstInLog);

    /**
     * Leadership of the group changed as far as this replica knows. Called by Ratis threads, in order; returns at once.
     *
     * @param leader who leads now, null when nobody is known
     * @param term the term of that leadership
     * @param self true when this replica leads and has applied everything that earlier leaders committed
     */
    void onLeadership(@Nullable NodeId leader, long term, boolean self);

    /**
     * The replica has been removed from this node for good, or is to begin anew: delete everything. The last call of any method. The
     * state may be open, closed, or never have been opened.
     */
    void destroy();

    /** Closes the state. Called once, after the last call of any other method; not after {@link #destroy}. */
    void close();

    /**
     * Lets go of the state as a killed process would: writes and flushes nothing more, but frees what one JVM holds only once, so
     * that the state can be opened again. For tests of crashes. Called instead of {@link #close}, by any thread, never beside
     * another method.
     */
    default void abandon() {
        close();
    }
}

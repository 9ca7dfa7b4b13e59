package io.titankv.multiraft.snapshot;

import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Fetches a group's state from another node. An interface so that state machines can be tested without a network. Thread-safe. */
@FunctionalInterface
public interface StateFetcher {
    /**
     * Fetches a checkpoint into {@code request.incoming()}, durably. Works on a thread of its own.
     *
     * @return the position of what was fetched; empty when the other node has nothing newer than {@code request.have()};
     *     exceptionally when it failed: what was fetched so far stays, and the next try goes on from there
     */
    CompletableFuture<Optional<LogPosition>> fetch(FetchRequest request);

    /**
     * What to fetch.
     *
     * @param group whose state
     * @param source the node to fetch from
     * @param firstInLog the first index that the log can still give: the checkpoint is at least one before
     * @param have the position of the state that is here
     * @param incoming where to; may hold what an earlier try fetched
     * @param local a source of a checkpoint of the state that is here, whose files need not be fetched
     */
    record FetchRequest(
            GroupId group,
            NodeId source,
            long firstInLog,
            LogPosition have,
            Path incoming,
            Optional<CheckpointSource> local) {}
}

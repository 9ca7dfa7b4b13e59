package io.titankv.multiraft.shard;

import io.titankv.engine.ScanSpec;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.ReplicaStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * This node's replica of one shard, as the gateway uses it. Thread-safe; nothing here blocks. Futures never complete
 * exceptionally for anything that an outcome can say. An interface so that a gateway can be tested without Raft.
 */
public interface Shard {
    GroupId group();

    /** Queues a write for the next entry. */
    CompletableFuture<WriteOutcome> write(ShardWrite write, Duration timeout);

    /** Writes all or none. One outcome each, in order. */
    CompletableFuture<List<WriteOutcome>> writeAtomically(List<ShardWrite> writes, Duration timeout);

    /** The key's value, read once {@code room} has room for it. */
    CompletableFuture<ReadOutcome> read(Key key, Freshness freshness, Epoch epoch, Duration timeout, ValueRoom room);

    /** A page of records in [start, end) of the spec, which must lie in one range that the shard owns. */
    CompletableFuture<ReadOutcome> scan(ScanSpec spec, Freshness freshness, Epoch epoch, Duration timeout);

    CompletableFuture<ReadOutcome> count(TokenRange range, Freshness freshness, Epoch epoch, Duration timeout);

    /** Gives a shard without ranges its first ones, as of {@code epoch}. Idempotent. Leader only; true when they stand. */
    CompletableFuture<Boolean> assignRanges(Epoch epoch, List<TokenRange> ranges, Duration timeout);

    /** Completes when every voter holds the index; exceptionally (TimeoutException) when not in time. For write level ALL. */
    CompletableFuture<Void> awaitReplicatedToAll(long index, Duration timeout);

    ReplicaStatus status();

    /** What {@link ReplicaStatus#leads} says, at the price of a look. */
    default boolean leads() {
        return status().leads();
    }

    ShardState state();

    /**
     * A shard at one moment.
     *
     * @param ranges the ranges it owns
     * @param epoch the ring epoch of its ownership, {@link Epoch#NONE} before the first assignment
     * @param keys live keys
     * @param liveBytes bytes of live records
     * @param deadBytes bytes that no key points at
     */
    record ShardState(List<TokenRange> ranges, Epoch epoch, long keys, long liveBytes, long deadBytes) {
        public ShardState {
            ranges = List.copyOf(ranges);
        }
    }
}

package io.titankv.gateway;

import com.google.common.base.Joiner;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.model.Version;
import io.titankv.multiraft.shard.ReadOutcome;
import io.titankv.multiraft.shard.WriteOutcome;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a shard's refusal is called in the API. Immutable; made for one try.
 *
 * @param self this node
 * @param group whose replica refused
 * @param map where leaders' addresses are looked up
 */
record Outcomes(NodeId self, GroupId group, ShardMap map) {
    /** Callers that read take what is there in less. */
    private static final Duration NO_ROOM_DELAY = Duration.ofMillis(50);

    /** The error for an outcome other than {@link WriteOutcome.Written}. */
    TitanError refusal(WriteOutcome outcome) {
        return switch (outcome) {
            case WriteOutcome.Written written -> throw new IllegalArgumentException("not a refusal: " + written);
            case WriteOutcome.VersionMismatch(long current) ->
                TitanErrors.versionMismatch(
                        current == 0
                                ? "precondition failed: the key has no value"
                                : "precondition failed: the key's version is " + current,
                        new Version(current));
            case WriteOutcome.Aborted() ->
                TitanError.of(
                        ErrorReason.BATCH_ABORTED, "another operation of the same batch was refused by shard " + group);
            case WriteOutcome.NotLeader(@Nullable NodeId leader) -> notLeader(leader);
            case WriteOutcome.StaleRoute(var current) ->
                TitanErrors.routeStale("key is not in shard " + group + " at epoch " + current, current);
            case WriteOutcome.InTransition() -> inTransition();
            case WriteOutcome.Busy(var retryAfter) ->
                TitanError.of(ErrorReason.BUSY, "too much waits in shard " + group)
                        .withRetryDelay(retryAfter);
            case WriteOutcome.TimedOut() ->
                TitanError.of(ErrorReason.TIMED_OUT, "shard " + group + " did not come to the write in time; not done");
            case WriteOutcome.DiskFull(var nodes) ->
                TitanError.of(
                        ErrorReason.DISK_FULL,
                        "nearly full: the disk of " + Joiner.on(", ").join(nodes) + "; shard " + group
                                + " takes reads and deletes only");
            case WriteOutcome.RequestIdExpired() ->
                TitanError.of(
                        ErrorReason.REQUEST_ID_EXPIRED,
                        "request id is older than what shard " + group
                                + " remembers; the first try's outcome is unknown");
            case WriteOutcome.TooLarge(long bytes, long bytesMax) ->
                TitanError.of(
                                ErrorReason.BATCH_TOO_LARGE,
                                "write has " + bytes + " bytes for shard " + group + "; one Raft entry holds "
                                        + bytesMax)
                        .withLimit(bytesMax);
            case WriteOutcome.OutOfService(String why) -> outOfService(why);
            case WriteOutcome.Undetermined(String why) ->
                TitanError.of(ErrorReason.OUTCOME_UNDETERMINED, "write may or may not be done: " + why);
        };
    }

    /** The error for an outcome that holds no data. */
    TitanError refusal(ReadOutcome outcome) {
        return switch (outcome) {
            case ReadOutcome.Found _, ReadOutcome.Absent _, ReadOutcome.Page _, ReadOutcome.Count _ ->
                TitanError.of(
                        ErrorReason.INTERNAL,
                        "shard " + group + " gave an answer of another kind: "
                                + outcome.getClass().getSimpleName());
            case ReadOutcome.NotLeader(@Nullable NodeId leader) -> notLeader(leader);
            case ReadOutcome.StaleRoute(var current) ->
                TitanErrors.routeStale("tokens are not in shard " + group + " at epoch " + current, current);
            case ReadOutcome.InTransition() -> inTransition();
            case ReadOutcome.TooStale(var staleness) -> tooStale(staleness.toMillis());
            case ReadOutcome.TimedOut() ->
                TitanError.of(ErrorReason.TIMED_OUT, "shard " + group + " did not answer in time on node " + self);
            case ReadOutcome.Busy(var retryAfter) ->
                TitanError.of(ErrorReason.BUSY, "too much waits in shard " + group)
                        .withRetryDelay(retryAfter);
            case ReadOutcome.NoRoom(int bytes) -> noRoom(bytes);
            case ReadOutcome.Quarantined(String what) ->
                TitanError.of(
                        ErrorReason.DATA_QUARANTINED,
                        "data of shard " + group + " failed its checksum on node " + self + ": " + what);
            case ReadOutcome.OutOfService(String why) -> outOfService(why);
        };
    }

    /** Nothing was read. */
    TitanError noRoom(long bytes) {
        return TitanError.of(
                        ErrorReason.BUSY,
                        "node " + self + " has no room for a result of up to " + bytes
                                + " bytes: callers have not taken what it read for them")
                .withRetryDelay(NO_ROOM_DELAY);
    }

    TitanError notLeader(@Nullable NodeId leader) {
        if (leader == null || leader.equals(self)) {
            return TitanError.of(ErrorReason.NO_LEADER, "no leader of shard " + group + " is known on node " + self);
        }
        return TitanError.of(
                        ErrorReason.NOT_LEADER,
                        "node " + self + " does not lead shard " + group + "; " + leader + " does")
                .withLeader(leader.value(), addressOrNull(leader));
    }

    /** Not as fresh as asked: the leader always is. */
    private TitanError tooStale(long staleMillis) {
        String message = "replica of shard " + group + " on node " + self + " is " + staleMillis
                + " ms behind, more than asked for";
        @Nullable NodeId leader = leaderInMapOrNull();
        TitanError error = TitanError.of(ErrorReason.NOT_LEADER, message);
        return leader == null || leader.equals(self) ? error : error.withLeader(leader.value(), addressOrNull(leader));
    }

    private TitanError inTransition() {
        return TitanError.of(ErrorReason.SHARD_TRANSITION, "range is being handed over by shard " + group);
    }

    private TitanError outOfService(String why) {
        return TitanError.of(
                ErrorReason.NO_LEADER, "replica of shard " + group + " on node " + self + " is out of service: " + why);
    }

    @Nullable
    NodeId leaderInMapOrNull() {
        return map.shard(group).flatMap(ShardMap.ShardEntry::leader).orElse(null);
    }

    private @Nullable String addressOrNull(NodeId node) {
        return map.node(node).map(ShardMap.NodeEntry::address).orElse(null);
    }
}

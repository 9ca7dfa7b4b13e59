package io.titankv.multiraft.shard;

import io.titankv.model.Epoch;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a write that reached this shard. */
public sealed interface WriteOutcome {
    /** Durable on a majority and applied. {@code existed}: the key had a value before. */
    record Written(long version, boolean existed, LogPosition position) implements WriteOutcome {}

    /** Not done: the precondition did not hold. 0: the key is absent. */
    record VersionMismatch(long currentVersion) implements WriteOutcome {}

    /** Not done: another write of the same atomic batch was refused. */
    record Aborted() implements WriteOutcome {}

    /** Not done. Retry at {@code leader}, or after a pause when none is known. */
    record NotLeader(@Nullable NodeId leader) implements WriteOutcome {}

    /** Not done: the shard does not own the key's token as of {@code current}. */
    record StaleRoute(Epoch current) implements WriteOutcome {}

    /** Not done: the key's range is being handed over. */
    record InTransition() implements WriteOutcome {}

    /** Not done: too much is waiting. */
    record Busy(Duration retryAfter) implements WriteOutcome {}

    /** Not done: its time was over before it was proposed. */
    record TimedOut() implements WriteOutcome {}

    /**
     * Not done: there is no room.
     *
     * @param nodes whose disks are nearly full
     */
    record DiskFull(List<NodeId> nodes) implements WriteOutcome {}

    /** Not done by this try; what the first try did is no longer remembered. */
    record RequestIdExpired() implements WriteOutcome {}

    /** Not done: larger than what one Raft entry holds. */
    record TooLarge(long bytes, long bytesMax) implements WriteOutcome {}

    /** Not done: the replica is out of service. */
    record OutOfService(String why) implements WriteOutcome {}

    /** It may have been done, or may yet be. */
    record Undetermined(String why) implements WriteOutcome {}
}

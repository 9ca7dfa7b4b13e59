package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import io.titankv.engine.RecordPlace;
import io.titankv.engine.ScanPage;
import io.titankv.model.Epoch;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What became of a read that reached this shard. */
public sealed interface ReadOutcome {
    /** The key's value, as of {@code at} or later. */
    record Found(ByteString value, long version, RecordPlace place, LogPosition at) implements ReadOutcome {}

    /** The key has no value, as of {@code at} or later. */
    record Absent(LogPosition at) implements ReadOutcome {}

    /** A page of records (keys in stored form) as of {@code at} or later. */
    record Page(ScanPage page, LogPosition at) implements ReadOutcome {}

    /** A number of keys. */
    record Count(long keys, LogPosition at) implements ReadOutcome {}

    /** It holds no data. */
    sealed interface Refused extends ReadOutcome {}

    /** Retry at {@code leader}, or after a pause when none is known. */
    record NotLeader(@Nullable NodeId leader) implements Refused {}

    /** The shard does not own the token as of {@code current}. */
    record StaleRoute(Epoch current) implements Refused {}

    /** The range is being handed over. */
    record InTransition() implements Refused {}

    /** This replica is not as fresh as asked: ask another, or the leader. */
    record TooStale(Duration staleness) implements Refused {}

    /** Not answered in time. */
    record TimedOut() implements Refused {}

    /** There was no room for a value of up to so many bytes, and it was not read. */
    record NoRoom(int bytes) implements Refused {}

    /** Too much is waiting. */
    record Busy(Duration retryAfter) implements Refused {}

    /** The record failed its checksum on this replica, which is being rebuilt: ask another. */
    record Quarantined(String what) implements Refused {}

    /** The replica is out of service. */
    record OutOfService(String why) implements Refused {}
}

package io.titankv.multiraft.host;

import com.google.protobuf.ByteString;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import org.jspecify.annotations.Nullable;

/** What became of a proposal. */
public sealed interface ProposeOutcome {
    /** Durable on a majority and applied here. */
    record Applied(LogPosition position, ByteString result) implements ProposeOutcome {}

    /** Not appended and never will be. Retry at {@code leader} if one is known. */
    record NotLeader(@Nullable NodeId leader) implements ProposeOutcome {}

    /** Not appended: too much is waiting. Retry after a pause. */
    record Busy() implements ProposeOutcome {}

    /** Not appended: the replica is out of service, for the reason given. */
    record OutOfService(String why) implements ProposeOutcome {}

    /** Appended, or may have been: it may be committed now, later or never. */
    record Undetermined(String why) implements ProposeOutcome {}
}

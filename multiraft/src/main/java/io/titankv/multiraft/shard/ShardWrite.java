package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.model.Key;
import org.jspecify.annotations.Nullable;

/**
 * One write for a shard. Sizes have been checked.
 *
 * @param key the key
 * @param action what to do
 * @param condition what must be true of the key
 * @param requestId makes the write exactly-once; null: none
 * @param epoch the ring epoch it was routed by
 */
public record ShardWrite(
        Key key,
        Action action,
        Condition condition,
        @Nullable RequestId requestId,
        Epoch epoch) {
    /** What to do with the key. */
    public sealed interface Action {
        record Put(ByteString value) implements Action {}

        record Delete() implements Action {}
    }

    /** Judged where the write is applied. */
    public sealed interface Condition {
        record Always() implements Condition {}

        record Absent() implements Condition {}

        record Present() implements Condition {}

        /** The key's version is this one; 0: absent. */
        record VersionIs(long version) implements Condition {}
    }

    /**
     * A client's number for a write.
     *
     * @param clientHigh upper half of the client's 128-bit identity
     * @param clientLow lower half
     * @param sequence rises with each write of the client
     * @param answeredBelow every sequence below has been answered to the client
     */
    public record RequestId(long clientHigh, long clientLow, long sequence, long answeredBelow) {}
}

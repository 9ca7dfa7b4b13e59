package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import io.titankv.model.LogPosition;
import io.titankv.model.TokenRange;
import java.util.List;

/**
 * What one log entry changes in a store, in order. Immutable.
 *
 * @param position the entry's
 * @param changes the changes, done all or none
 */
record ShardBatch(LogPosition position, List<Change> changes) {
    /** One change. */
    sealed interface Change {
        record Put(long token, ByteString key, ByteString value, long version) implements Change {}

        record Delete(long token, ByteString key, long version) implements Change {}

        /** Every record of the range that an earlier batch, or an earlier change of this one, wrote. */
        record DropRange(TokenRange range, long version) implements Change {}

        record PutMeta(String name, ByteString value) implements Change {}

        record DeleteMeta(String name) implements Change {}
    }

    ShardBatch {
        changes = List.copyOf(changes);
    }
}

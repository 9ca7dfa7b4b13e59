package io.titankv.engine;

import java.lang.foreign.MemorySegment;

/**
 * What one log entry changes. An engine applies it whole or not at all. Built and used by one thread; segments are read when the
 * batch is applied and must stay as they are until then.
 */
public final class WriteBatch {
    /** A batch of the entry at {@code position}. */
    public WriteBatch(EntryPosition position) {
        throw new UnsupportedOperationException("contract only");
    }

    public EntryPosition position() {
        throw new UnsupportedOperationException("contract only");
    }

    /** Sets the key's value. Among records of one key the one with the greatest (index, version) stands. */
    public WriteBatch put(long token, MemorySegment key, MemorySegment value, long version) {
        throw new UnsupportedOperationException("contract only");
    }

    /** Deletes the key. */
    public WriteBatch delete(long token, MemorySegment key, long version) {
        throw new UnsupportedOperationException("contract only");
    }

    /** Removes every key with a token in the range that an earlier batch, or an earlier operation of this one, wrote. */
    public WriteBatch dropRange(long startInclusive, long endExclusive, long version) {
        throw new UnsupportedOperationException("contract only");
    }

    /** Sets a piece of the owner's metadata, which is recovered, checkpointed and cut with the records. */
    public WriteBatch putMeta(String name, byte[] value) {
        throw new UnsupportedOperationException("contract only");
    }

    public WriteBatch deleteMeta(String name) {
        throw new UnsupportedOperationException("contract only");
    }

    public boolean isEmpty() {
        throw new UnsupportedOperationException("contract only");
    }

    /** Bytes that the batch will take in a data file. */
    public long recordBytes() {
        throw new UnsupportedOperationException("contract only");
    }
}

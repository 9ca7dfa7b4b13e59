package io.titankv.engine;

import java.lang.foreign.MemorySegment;

/**
 * A record as it was read. Key and value are heap segments over whole fresh {@code byte[]}s that the caller owns.
 *
 * @param token the key's place on the ring, unsigned
 * @param key the key
 * @param value the value; empty when the read asked for no values
 * @param version the version that its write gave it
 * @param position the log entry that wrote it
 * @param place where it lies
 */
public record StoredRecord(
        long token, MemorySegment key, MemorySegment value, long version, EntryPosition position, RecordPlace place) {
    /** The key's bytes, without copying. */
    public byte[] keyArray() {
        return (byte[]) key.heapBase().orElseThrow();
    }

    /** The value's bytes, without copying. */
    public byte[] valueArray() {
        return (byte[]) value.heapBase().orElseThrow();
    }
}

package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What one log entry changes. An engine applies it whole or not at all. Built and used by one thread; segments are read when the
 * batch is applied and must stay as they are until then.
 */
public final class WriteBatch {
    /** Longest key, and longest name of metadata in UTF-8, bytes. */
    public static final int KEY_BYTES_MAX = RecordFormat.KEY_BYTES_MAX;

    /** Longest value, bytes. */
    public static final int VALUE_BYTES_MAX = RecordFormat.VALUE_BYTES_MAX;

    /** Most bytes that one batch may take in a data file. */
    public static final long BATCH_BYTES_MAX = 512L << 20;

    /** Most batches of a store that is used alone are one put. */
    private static final int FIRST_CAPACITY = 1;

    private static final ValueLayout.OfLong RANGE_END =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final MemorySegment EMPTY = MemorySegment.ofArray(new byte[0]);

    private final EntryPosition position;
    private int size;
    private RecordKind[] kinds = new RecordKind[FIRST_CAPACITY];
    private long[] tokens = new long[FIRST_CAPACITY];
    private long[] versions = new long[FIRST_CAPACITY];
    private MemorySegment[] keys = new MemorySegment[FIRST_CAPACITY];
    private MemorySegment[] values = new MemorySegment[FIRST_CAPACITY];
    private long recordBytes;

    /** A batch of the entry at {@code position}. */
    public WriteBatch(EntryPosition position) {
        if (position.index() < 0 || position.term() < 0) {
            throw new IllegalArgumentException("a batch needs the position of an entry: " + position);
        }
        this.position = position;
    }

    public EntryPosition position() {
        return position;
    }

    /** Sets the key's value. Among records of one key the one with the greatest (index, version) stands. */
    public WriteBatch put(long token, MemorySegment key, MemorySegment value, long version) {
        requireKey(key);
        if (value.byteSize() > VALUE_BYTES_MAX) {
            throw new IllegalArgumentException("value is longer than " + VALUE_BYTES_MAX + " bytes");
        }
        return add(RecordKind.PUT, token, key, value, version);
    }

    /** Deletes the key. */
    public WriteBatch delete(long token, MemorySegment key, long version) {
        requireKey(key);
        return add(RecordKind.TOMBSTONE, token, key, EMPTY, version);
    }

    /**
     * Removes every key with a token in the range that an earlier batch, or an earlier operation of this one, wrote.
     *
     * @param endExclusive 0 stands for 2^64
     */
    public WriteBatch dropRange(long startInclusive, long endExclusive, long version) {
        ScanSpec.requireRange(startInclusive, endExclusive);
        MemorySegment end = MemorySegment.ofArray(new byte[RecordFormat.RANGE_END_BYTES]);
        end.set(RANGE_END, 0, endExclusive);
        return add(RecordKind.RANGE_DROP, startInclusive, EMPTY, end, version);
    }

    /** Sets a piece of the owner's metadata, which is recovered, checkpointed and cut with the records. */
    public WriteBatch putMeta(String name, byte[] value) {
        if (value.length > VALUE_BYTES_MAX) {
            throw new IllegalArgumentException("metadata is longer than " + VALUE_BYTES_MAX + " bytes");
        }
        return add(RecordKind.META_PUT, 0, nameBytes(name), MemorySegment.ofArray(value), 0);
    }

    public WriteBatch deleteMeta(String name) {
        return add(RecordKind.META_DELETE, 0, nameBytes(name), EMPTY, 0);
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** Bytes that the batch will take in a data file, at most: what changes nothing is not written. */
    public long recordBytes() {
        return Math.max(recordBytes, RecordFormat.HEADER_BYTES);
    }

    int size() {
        return size;
    }

    RecordKind kind(int operation) {
        return kinds[operation];
    }

    /** The key's token, or the start of a range drop. */
    long token(int operation) {
        return tokens[operation];
    }

    long version(int operation) {
        return versions[operation];
    }

    MemorySegment key(int operation) {
        return keys[operation];
    }

    MemorySegment value(int operation) {
        return values[operation];
    }

    /** What a hint table calls the key: the key, or the end of a range drop. */
    MemorySegment hintKey(int operation) {
        return kinds[operation] == RecordKind.RANGE_DROP ? values[operation] : keys[operation];
    }

    String name(int operation) {
        return HintTable.name(keys[operation]);
    }

    RangeDrops.Drop drop(int operation) {
        return new RangeDrops.Drop(tokens[operation], values[operation].get(RANGE_END, 0), position.index(), operation);
    }

    private WriteBatch add(RecordKind kind, long token, MemorySegment key, MemorySegment value, long version) {
        long bytes = RecordFormat.HEADER_BYTES + key.byteSize() + value.byteSize();
        if (recordBytes + bytes > BATCH_BYTES_MAX) {
            throw new IllegalArgumentException("batch is longer than " + BATCH_BYTES_MAX + " bytes");
        }
        if (size == kinds.length) {
            int capacity = Math.max(8, size * 2);
            kinds = Arrays.copyOf(kinds, capacity);
            tokens = Arrays.copyOf(tokens, capacity);
            versions = Arrays.copyOf(versions, capacity);
            keys = Arrays.copyOf(keys, capacity);
            values = Arrays.copyOf(values, capacity);
        }
        kinds[size] = kind;
        tokens[size] = token;
        versions[size] = version;
        keys[size] = key;
        values[size] = value;
        size++;
        recordBytes += bytes;
        return this;
    }

    private static void requireKey(MemorySegment key) {
        if (key.byteSize() < 1 || key.byteSize() > KEY_BYTES_MAX) {
            throw new IllegalArgumentException("key must have 1 to " + KEY_BYTES_MAX + " bytes: " + key.byteSize());
        }
    }

    private static MemorySegment nameBytes(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < 1 || bytes.length > KEY_BYTES_MAX) {
            throw new IllegalArgumentException("name must have 1 to " + KEY_BYTES_MAX + " bytes: " + bytes.length);
        }
        return MemorySegment.ofArray(bytes);
    }
}

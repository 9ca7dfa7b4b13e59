package io.titankv.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads single records by place and checks them, from memory where the file is mapped. What does not check out is a
 * {@link CorruptDataException}, never a record. Thread-safe.
 */
final class RecordReader {
    /** Holds the records of most reads whole. */
    private static final int POOLED_BYTES = 32 << 10;

    /** Idle buffers kept: 4 MiB in all. A reader beyond that makes its own. */
    private static final int POOL_MAX = 128;

    /** Key bytes fetched with a header whose key length is not known yet: a guess that fits most keys. */
    private static final int KEY_BYTES_GUESS = 96;

    private static final byte[] NO_BYTES = {};

    private final ArrayBlockingQueue<RecordBuffer> pool = new ArrayBlockingQueue<>(POOL_MAX);

    /** The version of the record there, or -1 when its key is another one. Reads no value. */
    long versionIfKey(DataFile file, long offset, int recordBytes, MemorySegment key) {
        MappedRecord mapped = MappedRecord.orNull(file, offset, recordBytes);
        if (mapped == null) {
            return versionIfKeyFromFile(file, offset, recordBytes, key);
        }
        try {
            if (!mapped.isOf(key)) {
                return NO_MATCH;
            }
            mapped.requireIntactHead();
            return mapped.version();
        } catch (InternalError e) {
            throw unreadable(file, offset, e);
        }
    }

    /** What a machine raises when it cannot bring in a page of a mapping. */
    private static StorageException unreadable(DataFile file, long offset, InternalError fault) {
        return new StorageException("cannot read record at offset " + offset, file.path(), fault);
    }

    private long versionIfKeyFromFile(DataFile file, long offset, int recordBytes, MemorySegment key) {
        RecordBuffer buffer = take(headBytesMax(recordBytes, key.byteSize()));
        try {
            RecordBuffer head = readHead(buffer, file, offset, recordBytes, key.byteSize());
            return keyIs(head, key) ? RecordFormat.version(head.buffer(), 0) : NO_MATCH;
        } finally {
            give(buffer);
        }
    }

    /** What {@link #versionIfKey} says of another key. As a version it is the one that no clock reaches. */
    static final long NO_MATCH = -1;

    boolean keyIs(DataFile file, long offset, int recordBytes, MemorySegment key) {
        MappedRecord mapped = MappedRecord.orNull(file, offset, recordBytes);
        if (mapped == null) {
            return keyInFileIs(file, offset, recordBytes, key);
        }
        try {
            return mapped.isOf(key);
        } catch (InternalError e) {
            throw unreadable(file, offset, e);
        }
    }

    private boolean keyInFileIs(DataFile file, long offset, int recordBytes, MemorySegment key) {
        RecordBuffer buffer = take(headBytesMax(recordBytes, key.byteSize()));
        try {
            return keyIs(readHead(buffer, file, offset, recordBytes, key.byteSize()), key);
        } finally {
            give(buffer);
        }
    }

    /** The value of the record there, a fresh array, or null when its key is another one. */
    byte @Nullable [] valueIfKeyOrNull(DataFile file, long offset, int recordBytes, MemorySegment key) {
        MappedRecord mapped = MappedRecord.orNull(file, offset, recordBytes);
        if (mapped == null) {
            StoredRecord read = recordInFileIfKeyOrNull(file, offset, recordBytes, key);
            return read == null ? null : read.valueArray();
        }
        try {
            return mapped.isOf(key) ? mapped.value() : null;
        } catch (InternalError e) {
            throw unreadable(file, offset, e);
        }
    }

    /** The record there, or null when its key is another one. */
    @Nullable
    StoredRecord recordIfKeyOrNull(DataFile file, long offset, int recordBytes, MemorySegment key) {
        MappedRecord mapped = MappedRecord.orNull(file, offset, recordBytes);
        if (mapped == null) {
            return recordInFileIfKeyOrNull(file, offset, recordBytes, key);
        }
        try {
            return mapped.isOf(key) ? stored(mapped, true) : null;
        } catch (InternalError e) {
            throw unreadable(file, offset, e);
        }
    }

    private @Nullable StoredRecord recordInFileIfKeyOrNull(
            DataFile file, long offset, int recordBytes, MemorySegment key) {
        RecordBuffer buffer = take(recordBytes);
        try {
            readWhole(buffer, file, offset, recordBytes);
            return keyIs(buffer, key) ? stored(buffer, file, offset, recordBytes, true) : null;
        } finally {
            give(buffer);
        }
    }

    /** The record there, whatever its key. */
    StoredRecord record(DataFile file, long offset, int recordBytes, boolean withValue) {
        MappedRecord mapped = MappedRecord.orNull(file, offset, recordBytes);
        if (mapped == null) {
            return recordInFile(file, offset, recordBytes, withValue);
        }
        try {
            return stored(mapped, withValue);
        } catch (InternalError e) {
            throw unreadable(file, offset, e);
        }
    }

    private StoredRecord recordInFile(DataFile file, long offset, int recordBytes, boolean withValue) {
        RecordBuffer buffer = take(withValue ? recordBytes : headBytesMax(recordBytes, KEY_BYTES_GUESS));
        try {
            if (withValue) {
                readWhole(buffer, file, offset, recordBytes);
                return stored(buffer, file, offset, recordBytes, true);
            }
            RecordBuffer head = readHead(buffer, file, offset, recordBytes, KEY_BYTES_GUESS);
            return stored(head, file, offset, recordBytes, false);
        } finally {
            give(buffer);
        }
    }

    private static boolean keyIs(RecordBuffer record, MemorySegment key) {
        int keyBytes = RecordFormat.keyBytes(record.buffer(), 0);
        int keyAt = RecordFormat.keyOffset(record.buffer(), 0);
        return keyBytes == key.byteSize()
                && MemorySegment.mismatch(record.bytes(), keyAt, keyAt + keyBytes, key, 0, keyBytes) < 0;
    }

    private static StoredRecord stored(MappedRecord record, boolean withValue) {
        record.requireIntactHead();
        return new StoredRecord(
                record.token(),
                MemorySegment.ofArray(record.key()),
                MemorySegment.ofArray(withValue ? record.value() : NO_BYTES),
                record.version(),
                record.position(),
                new RecordPlace(record.file().fileId(), record.at(), record.recordBytes(), record.valueBytes()));
    }

    private static StoredRecord stored(
            RecordBuffer record, DataFile file, long offset, int recordBytes, boolean withValue) {
        byte[] key = record.key(0).toArray(ValueLayout.JAVA_BYTE);
        byte[] value = withValue ? record.value(0).toArray(ValueLayout.JAVA_BYTE) : NO_BYTES;
        RecordFormat.Stamp stamp = RecordFormat.stamp(record.buffer(), 0);
        return new StoredRecord(
                RecordFormat.token(record.buffer(), 0),
                MemorySegment.ofArray(key),
                MemorySegment.ofArray(value),
                stamp.version(),
                stamp.position(),
                new RecordPlace(file.fileId(), offset, recordBytes, RecordFormat.valueBytes(record.buffer(), 0)));
    }

    private static void readWhole(RecordBuffer buffer, DataFile file, long offset, int recordBytes) {
        fill(buffer, file, offset, recordBytes);
        requireHead(buffer, file, offset, recordBytes);
        if (!RecordFormat.valueIsIntact(buffer.buffer(), 0)) {
            throw new CorruptDataException("value has a bad checksum", file.path(), offset);
        }
    }

    /** Reads header and key into the buffer, or into a larger one, which is returned. */
    private static RecordBuffer readHead(
            RecordBuffer buffer, DataFile file, long offset, int recordBytes, long keyBytesGuess) {
        int fetched = headBytesMax(recordBytes, keyBytesGuess);
        fill(buffer, file, offset, fetched);
        int needed = RecordFormat.headerIsPlausible(buffer.buffer(), 0)
                ? RecordFormat.valueOffset(buffer.buffer(), 0)
                : fetched;
        RecordBuffer head = buffer;
        if (needed > fetched && needed <= recordBytes) {
            head = needed <= buffer.capacity() ? buffer : RecordBuffer.onHeap(needed);
            fill(head, file, offset, needed);
        }
        requireHead(head, file, offset, recordBytes);
        return head;
    }

    private static int headBytesMax(int recordBytes, long keyBytes) {
        return (int) Math.min(recordBytes, RecordFormat.HEADER_BYTES + keyBytes);
    }

    private static void requireHead(RecordBuffer record, DataFile file, long offset, int recordBytes) {
        boolean intact = RecordFormat.headerIsPlausible(record.buffer(), 0)
                && RecordFormat.recordBytes(record.buffer(), 0) == recordBytes
                && RecordFormat.headIsIntact(record.buffer(), 0);
        if (!intact) {
            throw new CorruptDataException("record has a bad checksum", file.path(), offset);
        }
    }

    private static void fill(RecordBuffer target, DataFile file, long offset, int bytes) {
        int read;
        try {
            read = file.file().read(offset, target.buffer().clear().limit(bytes));
        } catch (IOException e) {
            throw new StorageException("cannot read record at offset " + offset, file.path(), e);
        }
        if (read < bytes) {
            throw new CorruptDataException("data file ends inside a record", file.path(), offset);
        }
    }

    private RecordBuffer take(int bytes) {
        if (bytes > POOLED_BYTES) {
            return RecordBuffer.onHeap(bytes);
        }
        RecordBuffer pooled = pool.poll();
        return pooled != null ? pooled : RecordBuffer.direct(POOLED_BYTES);
    }

    private void give(RecordBuffer buffer) {
        if (buffer.capacity() == POOLED_BYTES) {
            // A full pool declines, and the buffer is collected.
            var _ = pool.offer(buffer);
        }
    }
}

package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * What a batch will do to the index, found out before a byte of it is written: which record each operation takes the place of, and
 * which operations change nothing and are not written at all. All reading that may fail happens here. Confined to the write lock;
 * reused from batch to batch.
 */
final class BatchPlan {
    private static final int NONE = -1;

    private final Keydir keydir;
    private final RecordReader reader;
    private final Places places = new Places();

    private boolean[] written = new boolean[16];
    /** The operation of this batch whose record gives way, or {@link #NONE}. */
    private int[] oldOperations = new int[16];
    /** The file of the record that gives way, 0 when there is none or it is of this batch. */
    private long[] oldFileIds = new long[16];

    private long[] oldOffsets = new long[16];
    private int[] oldBytes = new int[16];
    private int writtenCount;

    /** Hash table from token to the last operation with it, then a chain of those before. */
    private int[] heads = new int[32];

    private int[] previous = new int[16];

    BatchPlan(Keydir keydir, RecordReader reader) {
        this.keydir = keydir;
        this.reader = reader;
    }

    /** Finds out what the batch does. Nothing is changed, whether this returns or throws. */
    void prepare(WriteBatch batch, DataFileSet files, MetaTable meta) {
        reset(batch.size());
        int lastDrop = NONE;
        boolean putsMeta = false;
        for (int i = 0; i < batch.size(); i++) {
            boolean write = switch (batch.kind(i)) {
                case PUT, TOMBSTONE -> prepareKey(batch, i, lastDrop, files);
                case META_DELETE -> putsMeta || meta.entryOrNull(batch.name(i)) != null;
                case RANGE_DROP, META_PUT, MARK, END -> true;
            };
            if (batch.kind(i) == RecordKind.RANGE_DROP) {
                lastDrop = i;
            }
            putsMeta |= batch.kind(i) == RecordKind.META_PUT;
            written[i] = write;
            if (write) {
                writtenCount++;
            }
        }
    }

    /** Operations that leave a record. */
    int writtenCount() {
        return writtenCount;
    }

    boolean isWritten(int operation) {
        return written[operation];
    }

    /** The earlier operation of the batch whose record gives way, or a negative number. */
    int oldOperation(int operation) {
        return oldOperations[operation];
    }

    boolean hasOldPlace(int operation) {
        return oldFileIds[operation] != 0;
    }

    long oldFileId(int operation) {
        return oldFileIds[operation];
    }

    long oldOffset(int operation) {
        return oldOffsets[operation];
    }

    int oldBytes(int operation) {
        return oldBytes[operation];
    }

    private boolean prepareKey(WriteBatch batch, int operation, int lastDrop, DataFileSet files) {
        long token = batch.token(operation);
        int earlier = standingOperation(batch, operation);
        if (earlier != NONE && !isDroppedBetween(batch, earlier, operation, lastDrop)) {
            if (Long.compareUnsigned(batch.version(earlier), batch.version(operation)) > 0) {
                return false;
            }
            boolean deletesNothing =
                    batch.kind(earlier) == RecordKind.TOMBSTONE && batch.kind(operation) == RecordKind.TOMBSTONE;
            if (batch.kind(earlier) == RecordKind.PUT) {
                oldOperations[operation] = earlier;
            }
            chain(token, operation);
            // A second delete is written nevertheless: its version may be what a later put of the batch is compared
            // with.
            return !deletesNothing || Long.compareUnsigned(batch.version(earlier), batch.version(operation)) != 0;
        }
        boolean isDropped = isDroppedBetween(batch, NONE, operation, lastDrop);
        boolean found = earlier == NONE && !isDropped && findOld(token, batch.key(operation), operation, files);
        if (batch.kind(operation) == RecordKind.TOMBSTONE && !found) {
            return false;
        }
        chain(token, operation);
        return true;
    }

    /** Looks the key up among the records of earlier batches. */
    private boolean findOld(long token, MemorySegment key, int operation, DataFileSet files) {
        KeydirEntry only = keydir.findOnlyToChange(token);
        if (only.isNone()) {
            return false;
        }
        if (only.fileId() != 0) {
            return isOld(only.fileId(), only.offset(), only.recordBytes(), key, operation, files);
        }
        int found = keydir.find(token, places);
        for (int i = 0; i < found; i++) {
            if (isOld(places.fileId(i), places.offset(i), places.recordBytes(i), key, operation, files)) {
                return true;
            }
        }
        return false;
    }

    private boolean isOld(
            long fileId, long offset, int recordBytes, MemorySegment key, int operation, DataFileSet files) {
        DataFile file = files.fileOrNull(fileId);
        if (file == null) {
            throw new IllegalStateException("broken invariant: the keydir points at an open file");
        }
        if (!reader.keyIs(file, offset, recordBytes, key)) {
            return false;
        }
        oldFileIds[operation] = fileId;
        oldOffsets[operation] = offset;
        oldBytes[operation] = recordBytes;
        return true;
    }

    /** The operation before this one that wrote the key last, or {@link #NONE}. */
    private int standingOperation(WriteBatch batch, int operation) {
        long token = batch.token(operation);
        for (int i = heads[slot(token)]; i != NONE; i = previous[i]) {
            if (batch.token(i) == token && batch.key(i).mismatch(batch.key(operation)) < 0) {
                return i;
            }
        }
        return NONE;
    }

    /** Whether a range drop between two operations covers the token of the later one. */
    private static boolean isDroppedBetween(WriteBatch batch, int earlier, int operation, int lastDrop) {
        for (int i = lastDrop; i > earlier; i--) {
            if (batch.kind(i) == RecordKind.RANGE_DROP && batch.drop(i).covers(batch.token(operation))) {
                return true;
            }
        }
        return false;
    }

    private void chain(long token, int operation) {
        int slot = slot(token);
        previous[operation] = heads[slot];
        heads[slot] = operation;
    }

    private int slot(long token) {
        return (int) ((token * 0x9E37_79B9_7F4A_7C15L) >>> 32) & (heads.length - 1);
    }

    private void reset(int size) {
        if (written.length < size) {
            int capacity = Math.max(size, written.length * 2);
            written = new boolean[capacity];
            oldOperations = new int[capacity];
            oldFileIds = new long[capacity];
            oldOffsets = new long[capacity];
            oldBytes = new int[capacity];
            previous = new int[capacity];
            heads = new int[Integer.highestOneBit(capacity) * 2];
        }
        writtenCount = 0;
        Arrays.fill(oldOperations, 0, size, NONE);
        Arrays.fill(oldFileIds, 0, size, 0);
        Arrays.fill(heads, NONE);
    }
}

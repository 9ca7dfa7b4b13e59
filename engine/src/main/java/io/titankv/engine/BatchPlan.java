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
    private final OverwriteChecks checks;
    private final Places places = new Places();

    private boolean[] written = new boolean[16];
    /** The operation of this batch whose record gives way, or {@link #NONE}. */
    private int[] oldOperations = new int[16];
    /** The file of the record that gives way, 0 when there is none or it is of this batch. */
    private long[] oldFileIds = new long[16];

    private long[] oldOffsets = new long[16];
    private int[] oldBytes = new int[16];
    private int writtenCount;

    /** Puts whose record will stand beside the one named as the old, until a check of their keys. */
    private boolean[] beside = new boolean[16];

    private int besideCount;
    private long besideBytes;

    /** Hash table from token to the last operation with it, then a chain of those before. */
    private int[] heads = new int[32];

    private int[] previous = new int[16];

    BatchPlan(Keydir keydir, RecordReader reader, OverwriteChecks checks) {
        this.keydir = keydir;
        this.reader = reader;
        this.checks = checks;
    }

    /** Finds out what the batch does. Nothing that a read shows is changed, whether this returns or throws; records may be found dead. */
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

    /** Whether the put did not wait to see what the old record's key is: both records stand until a check. */
    boolean isBeside(int operation) {
        return beside[operation];
    }

    /** The file of the record that gives way, 0 when none does. */
    long oldFileId(int operation) {
        return beside[operation] ? 0 : oldFileIds[operation];
    }

    long oldOffset(int operation) {
        return oldOffsets[operation];
    }

    int oldBytes(int operation) {
        return oldBytes[operation];
    }

    private boolean prepareKey(WriteBatch batch, int operation, int lastDrop, DataFileSet files) {
        long token = batch.token(operation);
        if (besideCount > 0) {
            lookAtOldOf(batch, operation, files);
        }
        if (batch.kind(operation) == RecordKind.TOMBSTONE) {
            checks.check(token);
        }
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
        boolean found = earlier == NONE && !isDropped && findOld(batch, operation, files);
        if (batch.kind(operation) == RecordKind.TOMBSTONE && !found) {
            return false;
        }
        chain(token, operation);
        return true;
    }

    /** Looks the key up among the records of earlier batches. */
    private boolean findOld(WriteBatch batch, int operation, DataFileSet files) {
        long token = batch.token(operation);
        MemorySegment key = batch.key(operation);
        KeydirEntry only = keydir.findOnlyToChange(token);
        if (only.isNone()) {
            return false;
        }
        if (only.fileId() != 0) {
            if (batch.kind(operation) == RecordKind.PUT && mayStandBeside(only, operation, files)) {
                return false;
            }
            return isOld(only.fileId(), only.offset(), only.recordBytes(), key, operation, files);
        }
        int found = keydir.find(token, places);
        if (checks.unchecked().contains(token)) {
            // A put, as what a delete names was checked. When it is of the key that was put last, which is in the
            // cache, it needs no check.
            if (isOldAt(found - 1, key, operation, files)) {
                return true;
            }
            checks.check(token);
            found = keydir.find(token, places);
        }
        for (int i = 0; i < found; i++) {
            if (isOldAt(i, key, operation, files)) {
                return true;
            }
        }
        return false;
    }

    private boolean isOldAt(int place, MemorySegment key, int operation, DataFileSet files) {
        return isOld(places.fileId(place), places.offset(place), places.recordBytes(place), key, operation, files);
    }

    /** Whether the only record of the put's token would have to come from the disk, and is left to a check. */
    private boolean mayStandBeside(KeydirEntry only, int operation, DataFileSet files) {
        DataFile file = files.require(only.fileId());
        if (!file.file().mayWait(only.offset(), only.recordBytes())
                || !checks.unchecked().haveRoomFor(besideCount + 1, besideBytes + only.recordBytes())) {
            return false;
        }
        setOld(operation, only.fileId(), only.offset(), only.recordBytes());
        beside[operation] = true;
        besideCount++;
        besideBytes += only.recordBytes();
        return true;
    }

    /**
     * Looks after all at the old record of an earlier put with the same token, unless this is a put of the same key: of no token do more
     * than two records wait for a check, and no key is deleted that does.
     */
    private void lookAtOldOf(WriteBatch batch, int operation, DataFileSet files) {
        long token = batch.token(operation);
        for (int i = heads[slot(token)]; i != NONE; i = previous[i]) {
            boolean isPutAgain =
                    batch.kind(operation) == RecordKind.PUT && batch.key(i).mismatch(batch.key(operation)) < 0;
            if (beside[i] && batch.token(i) == token && !isPutAgain) {
                beside[i] = false;
                besideCount--;
                besideBytes -= oldBytes[i];
                if (!isOld(oldFileIds[i], oldOffsets[i], oldBytes[i], batch.key(i), i, files)) {
                    oldFileIds[i] = 0;
                }
            }
        }
    }

    private boolean isOld(
            long fileId, long offset, int recordBytes, MemorySegment key, int operation, DataFileSet files) {
        if (!reader.keyIs(files.require(fileId), offset, recordBytes, key)) {
            return false;
        }
        setOld(operation, fileId, offset, recordBytes);
        return true;
    }

    private void setOld(int operation, long fileId, long offset, int recordBytes) {
        oldFileIds[operation] = fileId;
        oldOffsets[operation] = offset;
        oldBytes[operation] = recordBytes;
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
            beside = new boolean[capacity];
            previous = new int[capacity];
            heads = new int[Integer.highestOneBit(capacity) * 2];
        }
        writtenCount = 0;
        besideCount = 0;
        besideBytes = 0;
        Arrays.fill(beside, 0, size, false);
        Arrays.fill(oldOperations, 0, size, NONE);
        Arrays.fill(oldFileIds, 0, size, 0);
        Arrays.fill(heads, NONE);
    }
}

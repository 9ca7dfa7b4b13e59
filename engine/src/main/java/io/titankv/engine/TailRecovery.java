package io.titankv.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads the active data file after a stop of any kind, and cuts it back to its last whole batch.
 *
 * <p>What tells a torn tail from rot: bytes before the sync mark survived an fsync, so whatever is bad there is rot, and an error.
 * Bytes behind it were never promised: a crash may have kept any part of them, in any order, so a good batch behind a bad one proves
 * nothing, and all from the first bad byte on is cut. The first fsync after recovery is recovery's own.
 */
final class TailRecovery {
    /**
     * What was found.
     *
     * @param table the index entries of the file
     * @param bytesCut of the torn tail, but for zeros at its end: room that was taken ahead
     * @param hasEnd whether the log goes on in another file
     */
    record Outcome(ActiveFile active, HintTable table, EntryPosition applied, long bytesCut, boolean hasEnd) {}

    private static final int READ_BYTES = 256 << 10;

    private final DataFile data;
    private final HintTable table;
    private final CRC32C crc = new CRC32C();
    private EntryPosition applied;
    private long wholeBytes = DataFileHeader.BYTES;
    private long wholeRecords;
    private int wholeEntries;

    /** Position and next ordinal of the batch that is being read; ordinal 0: between two batches. */
    private EntryPosition batch = EntryPosition.NONE;

    private int nextOrdinal;
    private boolean hasEnd;

    /** Starts with what the sealed files end with. */
    private TailRecovery(DataFile data, EntryPosition sealedApplied) {
        this.data = data;
        this.table = new HintTable(data.fileId());
        this.applied = sealedApplied;
    }

    /** Reads the file, whose header was checked, cuts and syncs it. */
    static Outcome recover(DataFile data, DataFileHeader header, EntryPosition sealedApplied, long syncedBytes)
            throws IOException {
        Outcome outcome = read(data, header, sealedApplied, syncedBytes);
        long wholeBytes = outcome.active().bytes();
        if (data.file().size() > wholeBytes) {
            data.file().truncate(wholeBytes);
        }
        rewrite(data, Math.max(syncedBytes, DataFileHeader.BYTES), wholeBytes);
        FinalFailure.force(data.file());
        if (outcome.hasEnd()) {
            data.file().mapForReads();
        } else {
            data.file().mapForAppends();
        }
        return outcome;
    }

    /** Reads the file, whose header was checked, and changes nothing. */
    static Outcome read(DataFile data, DataFileHeader header, EntryPosition sealedApplied, long syncedBytes)
            throws IOException {
        TailRecovery recovery = new TailRecovery(data, sealedApplied);
        recovery.crc.update(header.encode());
        long size = data.file().size();
        long badOffset = recovery.scan(size);
        if (recovery.wholeBytes < syncedBytes) {
            throw new CorruptDataException(
                    "bad record among " + syncedBytes + " bytes that had been synced", data.path(), badOffset);
        }
        SealedFile whole = recovery.table.describe(recovery.wholeBytes, 0, recovery.wholeRecords);
        ActiveFile active = new ActiveFile(data, recovery.crc, whole);
        return new Outcome(active, recovery.table, recovery.applied, recovery.tornBytes(size), recovery.hasEnd);
    }

    /** Reads whole batches; returns where it had to stop. */
    private long scan(long size) throws IOException {
        RecordScanner scanner = new RecordScanner(data.file(), DataFileHeader.BYTES, size);
        long records = 0;
        while (!hasEnd && scanner.next() == RecordScanner.Step.RECORD && continuesTheLog(scanner)) {
            scanner.update(crc);
            scanner.addTo(table);
            records++;
            nextOrdinal++;
            hasEnd = scanner.kind() == RecordKind.END;
            if (scanner.isEndOfEntry()) {
                applied = batch;
                nextOrdinal = 0;
                wholeBytes = scanner.offset() + scanner.recordBytes();
                wholeRecords = records;
                wholeEntries = table.count();
            }
        }
        if (records > wholeRecords) {
            table.cutTo(wholeEntries);
            readChecksum();
        }
        return scanner.offset();
    }

    /** Bytes behind the last whole batch, but for zeros at the end. */
    private long tornBytes(long size) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
        long end = size;
        while (end > wholeBytes) {
            long start = Math.max(wholeBytes, end - READ_BYTES);
            int read = data.file().read(start, buffer.clear().limit((int) (end - start)));
            for (int i = read - 1; i >= 0; i--) {
                if (buffer.get(i) != 0) {
                    return start + i + 1 - wholeBytes;
                }
            }
            end = start;
        }
        return 0;
    }

    /** The checksum has taken in records of a batch without an end: take it anew. */
    private void readChecksum() throws IOException {
        crc.reset();
        ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
        long at = 0;
        while (at < wholeBytes) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), wholeBytes - at));
            int read = data.file().read(at, buffer);
            if (read == 0) {
                throw new CorruptDataException("data file became shorter while it was read", data.path(), at);
            }
            crc.update(buffer.flip());
            at += read;
        }
    }

    /**
     * Writes what may not be on disk once more. After a failed fsync, also one of an earlier process, the system may hold bytes that
     * it takes for written: they can be read, an fsync says nothing, and a power loss takes them. Writing makes it write them.
     */
    private static void rewrite(DataFile data, long startInclusive, long endExclusive) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
        long at = startInclusive;
        while (at < endExclusive) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), endExclusive - at));
            int read = data.file().read(at, buffer);
            if (read == 0) {
                throw new CorruptDataException("data file became shorter while it was read", data.path(), at);
            }
            data.file().write(at, buffer.flip());
            at += read;
        }
    }

    /**
     * Whether an intact record may follow what was read. One that may not is the rest of a batch that failed to be written and was
     * written over.
     */
    private boolean continuesTheLog(RecordScanner scanner) {
        if (scanner.ordinal() != nextOrdinal) {
            return false;
        }
        if (nextOrdinal == 0 && scanner.kind() == RecordKind.END) {
            batch = applied;
            return scanner.index() == applied.index() && scanner.term() == applied.term();
        }
        if (nextOrdinal == 0) {
            batch = new EntryPosition(scanner.term(), scanner.index());
            return batch.index() > applied.index();
        }
        return batch.index() == scanner.index() && batch.term() == scanner.term();
    }
}

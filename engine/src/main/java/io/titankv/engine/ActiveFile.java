package io.titankv.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The data file that is appended to: the one file that can be torn. Confined to whoever holds the write lock, but for
 * {@link #data}.
 */
final class ActiveFile {
    private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

    private final DataFile data;
    private final CRC32C crc;
    /** End of the last whole batch. Bytes behind it, if any, belong to nobody. */
    private long bytes;

    private long records;
    private long valueIndexMin;
    private long graveIndexMax;
    private long graves;
    private long graveBytes;

    /** A file with what the description says of it, but for its checksum. */
    ActiveFile(DataFile data, CRC32C crc, SealedFile soFar) {
        this.data = data;
        this.crc = crc;
        this.bytes = soFar.bytes();
        this.records = soFar.records();
        this.valueIndexMin = soFar.valueIndexMin();
        this.graveIndexMax = soFar.graveIndexMax();
        this.graves = soFar.graves();
        this.graveBytes = soFar.graveBytes();
    }

    /** A file that holds nothing but its header. */
    static ActiveFile fresh(DataFile data, DataFileHeader header) {
        CRC32C crc = new CRC32C();
        ByteBuffer encoded = header.encode();
        crc.update(encoded);
        HintTable empty = new HintTable(header.fileId());
        return new ActiveFile(data, crc, empty.describe(DataFileHeader.BYTES, 0, 0));
    }

    /**
     * Writes a batch behind the last one. When that fails the file is cut back, so that the failed batch leaves no trace.
     *
     * @throws FinalFailure when the file could not be cut back either
     */
    void write(ByteBuffer batch) throws IOException {
        int start = batch.position();
        int end = batch.limit();
        try {
            data.file().write(bytes, batch);
        } catch (IOException e) {
            try {
                data.file().truncate(bytes);
                // Durably, or a power loss could bring back a batch whose writer was told that it failed.
                FinalFailure.force(data.file());
            } catch (IOException cutBack) {
                e.addSuppressed(cutBack);
                throw FinalFailure.of("a failed write could not be cut back", e);
            }
            throw e;
        }
        batch.limit(end);
        RecordFormat.update(crc, batch, start, end);
        bytes += end - start;
    }

    /** Writes that nothing follows the entry. A failure leaves no trace, as with a batch. */
    void end(EntryPosition last) throws IOException {
        RecordBuffer record = RecordBuffer.direct(RecordFormat.HEADER_BYTES);
        RecordFormat.Stamp stamp = new RecordFormat.Stamp(0, last, 0);
        RecordFormat.encode(record.buffer(), record.bytes(), 0, RecordKind.END, true, 0, stamp, NOTHING, NOTHING);
        write(record.buffer());
        records++;
    }

    /** Gives up the room that was taken ahead of the last batch. */
    void trim() throws IOException {
        if (data.file().size() > bytes) {
            data.file().truncate(bytes);
        }
    }

    /** Counts a record of the batch just written. */
    void count(RecordKind kind, long index, int recordBytes) {
        records++;
        if (kind.holdsValue()) {
            valueIndexMin = Math.min(valueIndexMin, index);
        }
        if (kind.isGrave()) {
            graveIndexMax = Math.max(graveIndexMax, index);
            graves++;
            graveBytes += recordBytes;
        }
    }

    DataFile data() {
        return data;
    }

    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return records == 0;
    }

    /** Smallest index of a record that holds a value, {@link Long#MAX_VALUE} when none does. */
    long valueIndexMin() {
        return valueIndexMin;
    }

    long graves() {
        return graves;
    }

    SealedFile describe() {
        return new SealedFile(
                data.fileId(), bytes, (int) crc.getValue(), records, valueIndexMin, graveIndexMax, graves, graveBytes);
    }
}

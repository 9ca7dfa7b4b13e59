package io.titankv.engine;

import io.titankv.engine.EngineOptions.Owner;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads the records of a data file one after the other and checks each. It never skips by itself: it stops at the first bad one. Confined to
 * one thread.
 */
final class RecordScanner {
    /** What a step found. */
    enum Step {
        /** An intact record: the accessors speak of it until the next step. */
        RECORD,
        /** The end, exactly behind a record. */
        END,
        /** Something else than a record, at {@link #offset}. */
        BAD
    }

    /** So much is read at once; grows to the largest record met. */
    private static final int BUFFER_BYTES = 256 << 10;

    private final FileStore.File file;
    private final long end;
    private RecordBuffer buffer = RecordBuffer.direct(BUFFER_BYTES);
    /** File offset of the buffer's first byte. */
    private long base;

    private int filled;
    private int at;
    private int recordBytes;

    /** Scans the stretch of the file; {@code start} is where a record begins. */
    RecordScanner(FileStore.File file, long start, long end) {
        this.file = file;
        this.end = end;
        this.base = start;
    }

    /** The entries of a sealed data file, all of which is read and checked. */
    static HintTable tableOf(DataFile data, Owner owner) throws IOException {
        SealedFile description = data.requireSealed();
        HintTable table = new HintTable(description.fileId());
        CRC32C crc = new CRC32C();
        crc.update(new DataFileHeader(description.fileId(), owner).encode());
        RecordScanner scanner = new RecordScanner(data.file(), DataFileHeader.BYTES, description.bytes());
        RecordScanner.Step step = scanner.next();
        for (; step == RecordScanner.Step.RECORD; step = scanner.next()) {
            scanner.update(crc);
            scanner.addTo(table);
        }
        if (step == RecordScanner.Step.BAD) {
            throw new CorruptDataException("bad record in a sealed data file", data.path(), scanner.offset());
        }
        if ((int) crc.getValue() != description.crc32c()) {
            throw new CorruptDataException("sealed data file is not the one that was sealed", data.path(), 0);
        }
        return table;
    }

    Step next() throws IOException {
        at += recordBytes;
        recordBytes = 0;
        if (offset() == end) {
            return Step.END;
        }
        if (!fetch(RecordFormat.HEADER_BYTES) || !RecordFormat.headerIsPlausible(bytes(), at)) {
            return Step.BAD;
        }
        int length = RecordFormat.recordBytes(bytes(), at);
        if (!fetch(length) || !RecordFormat.headIsIntact(bytes(), at) || !RecordFormat.valueIsIntact(bytes(), at)) {
            return Step.BAD;
        }
        recordBytes = length;
        return Step.RECORD;
    }

    /** Goes on at an offset where a record may begin. */
    void seek(long offset) {
        base = offset;
        at = 0;
        filled = 0;
        recordBytes = 0;
    }

    /** Where the record, or what is not one, begins. */
    long offset() {
        return base + at;
    }

    int recordBytes() {
        return recordBytes;
    }

    RecordKind kind() {
        return RecordFormat.kind(bytes(), at);
    }

    boolean isEndOfEntry() {
        return RecordFormat.isEndOfEntry(bytes(), at);
    }

    long token() {
        return RecordFormat.token(bytes(), at);
    }

    long version() {
        return RecordFormat.version(bytes(), at);
    }

    long term() {
        return RecordFormat.term(bytes(), at);
    }

    long index() {
        return RecordFormat.index(bytes(), at);
    }

    int ordinal() {
        return RecordFormat.ordinal(bytes(), at);
    }

    MemorySegment key() {
        return buffer.key(at);
    }

    MemorySegment value() {
        return buffer.value(at);
    }

    /** What a hint table calls the key: the key, or the end of a range drop. */
    MemorySegment hintKey() {
        return kind() == RecordKind.RANGE_DROP ? value() : key();
    }

    /** Adds the record to the index of its file. */
    void addTo(HintTable table) {
        table.add(kind(), token(), version(), index(), ordinal(), offset(), recordBytes, hintKey());
    }

    /** The whole record; position and limit span it. The caller may not keep it. */
    ByteBuffer record() {
        return bytes().duplicate().limit(at + recordBytes).position(at);
    }

    /** Takes the record into a checksum of the whole file. */
    void update(CRC32C crc) {
        RecordFormat.update(crc, bytes(), at, at + recordBytes);
    }

    private ByteBuffer bytes() {
        return buffer.buffer();
    }

    /** Has {@code needed} bytes from {@code at} on in the buffer; false when the stretch ends before. */
    private boolean fetch(int needed) throws IOException {
        if (filled - at >= needed) {
            return true;
        }
        if (end - offset() < needed) {
            return false;
        }
        RecordBuffer target = needed <= buffer.capacity() ? buffer : RecordBuffer.direct(needed);
        int kept = filled - at;
        MemorySegment.copy(buffer.bytes(), at, target.bytes(), 0, kept);
        base += at;
        at = 0;
        buffer = target;
        int wanted = (int) Math.min(target.capacity() - kept, end - base - kept);
        int read = file.read(base + kept, bytes().clear().limit(kept + wanted).position(kept));
        bytes().clear();
        filled = kept + read;
        return filled >= needed;
    }
}

package io.titankv.engine;

import java.io.IOException;

/** A data file that a merge writes: collects copied records, then is sealed. Confined to the merging thread. */
final class MergeOutput {
    private static final int BUFFER_BYTES = 256 << 10;

    private final DataFiles files;
    private final ActiveFile file;
    private final HintTable table;
    private RecordBuffer buffer = RecordBuffer.direct(BUFFER_BYTES);

    MergeOutput(DataFiles files) throws IOException {
        this.files = files;
        DataFileHeader header = files.newHeader();
        this.file = ActiveFile.fresh(files.create(header), header);
        this.table = new HintTable(header.fileId());
    }

    DataFile data() {
        return file.data();
    }

    long bytes() {
        return file.bytes() + buffer.buffer().position();
    }

    /** Copies the scanner's record as it is; returns where it lies now. */
    long copy(RecordScanner record) throws IOException {
        if (buffer.buffer().remaining() < record.recordBytes()) {
            flush();
            if (buffer.capacity() < record.recordBytes()) {
                buffer = RecordBuffer.direct(record.recordBytes());
            }
        }
        long offset = bytes();
        buffer.buffer().put(record.record());
        table.add(
                record.kind(),
                record.token(),
                record.version(),
                record.index(),
                record.ordinal(),
                offset,
                record.recordBytes(),
                record.hintKey());
        file.count(record.kind(), record.index(), record.recordBytes());
        return offset;
    }

    /** Makes the file and its hint file durable. */
    void seal() throws IOException {
        flush();
        FinalFailure.force(file.data().file());
        file.data().file().mapForReads();
        SealedFile description = file.describe();
        file.data().onSealed(description);
        file.data().onHint(files.writeHint(description, table));
    }

    private void flush() throws IOException {
        if (buffer.buffer().flip().hasRemaining()) {
            file.write(buffer.buffer());
        }
        buffer.buffer().clear();
    }
}

package io.titankv.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes what is left of a damaged data file into a new one, with its hint file. Used once, by one thread. */
final class RepairOutput {
    private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

    private final FileStore store;
    private final Path directory;
    private final DataFileHeader header;
    private RecordBuffer buffer = RecordBuffer.direct(256 << 10);

    RepairOutput(FileStore store, Path directory, DataFileHeader header) {
        this.store = store;
        this.directory = directory;
        this.header = header;
    }

    /** Writes both files, durable but for their names. */
    SealedFile write(SalvagedFile salvaged) throws IOException {
        DataFile data = DataFile.create(store, directory, header);
        try (FileStore.File target = data.file();
                Source source = Source.open(store, directory.resolve(FileNames.data(salvaged.fileId())))) {
            ActiveFile output = ActiveFile.fresh(data, header);
            HintTable table = new HintTable(header.fileId());
            HintCursor good = salvaged.good().standing();
            while (good.next()) {
                copy(source, good, output, table);
            }
            HintCursor graves = salvaged.graves().standing();
            while (graves.next()) {
                dig(graves, output, table);
            }
            FinalFailure.force(target);
            SealedFile description = output.describe();
            HintFile.write(store, directory.resolve(FileNames.hint(header.fileId())), description, table.standing());
            return description;
        }
    }

    /** Copies a record as it is. */
    private void copy(Source source, HintCursor entry, ActiveFile output, HintTable table) throws IOException {
        ByteBuffer record = room(entry.recordBytes());
        source.read(entry.offset(), record);
        boolean isIntact = RecordFormat.headerIsPlausible(record, 0)
                && RecordFormat.recordBytes(record, 0) == entry.recordBytes()
                && RecordFormat.headIsIntact(record, 0)
                && RecordFormat.valueIsIntact(record, 0);
        if (!isIntact) {
            throw new CorruptDataException("a record that was good is bad now", source.path(), entry.offset());
        }
        append(entry, entry.recordBytes(), output, table);
    }

    /** Writes a grave anew from what its index entry says. Only its term is not known any more, which nothing depends on. */
    private void dig(HintCursor grave, ActiveFile output, HintTable table) throws IOException {
        boolean isDrop = grave.kind() == RecordKind.RANGE_DROP;
        MemorySegment key = MemorySegment.ofArray(grave.copyOfKey());
        int bytes = RecordFormat.recordBytes(isDrop ? 0 : key.byteSize(), isDrop ? key.byteSize() : 0);
        room(bytes);
        RecordFormat.encode(
                buffer.buffer(),
                buffer.bytes(),
                0,
                grave.kind(),
                true,
                grave.token(),
                new RecordFormat.Stamp(grave.version(), new EntryPosition(0, grave.index()), grave.ordinal()),
                isDrop ? NOTHING : key,
                isDrop ? key : NOTHING);
        append(grave, bytes, output, table);
    }

    private void append(HintCursor entry, int bytes, ActiveFile output, HintTable table) throws IOException {
        long offset = output.bytes();
        output.write(buffer.buffer().clear().limit(bytes));
        output.count(entry.kind(), entry.index(), bytes);
        table.add(
                entry.kind(),
                entry.token(),
                entry.version(),
                entry.index(),
                entry.ordinal(),
                offset,
                bytes,
                MemorySegment.ofArray(entry.key().toArray(ValueLayout.JAVA_BYTE)));
    }

    private ByteBuffer room(int bytes) {
        if (buffer.capacity() < bytes) {
            buffer = RecordBuffer.direct(bytes);
        }
        return buffer.buffer().clear().limit(bytes);
    }

    /** The damaged file, which may be missing when only graves are left of it. */
    private record Source(Path path, FileStore.@Nullable File file) implements AutoCloseable {
        static Source open(FileStore store, Path path) throws IOException {
            return new Source(path, store.exists(path) ? store.openForRead(path) : null);
        }

        void read(long offset, ByteBuffer target) throws IOException {
            int wanted = target.remaining();
            if (file == null || file.read(offset, target) < wanted) {
                throw new CorruptDataException("data file became shorter while it was read", path, offset);
            }
            target.clear();
        }

        @Override
        public void close() throws IOException {
            if (file != null) {
                file.close();
            }
        }
    }
}

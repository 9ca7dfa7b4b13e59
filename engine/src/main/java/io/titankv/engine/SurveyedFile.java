package io.titankv.engine;

import io.titankv.engine.EngineOptions.Owner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A data file that a repair looks at, which may be missing, short, or another one. Confined to one thread. */
final class SurveyedFile implements AutoCloseable {
    private final long fileId;
    private final FileStore.@Nullable File file;
    private final boolean isAnother;
    private final @Nullable String problem;

    private SurveyedFile(long fileId, FileStore.@Nullable File file, boolean isAnother, @Nullable String problem) {
        this.fileId = fileId;
        this.file = file;
        this.isAnother = isAnother;
        this.problem = problem;
    }

    /**
     * What was read up to the first bad record.
     *
     * @param isWhole whether that is everything
     * @param crc32c of all bytes read, the header included
     * @param last the greatest position of an entry
     */
    record Content(boolean isWhole, int crc32c, long records, HintTable table, EntryPosition last) {}

    static SurveyedFile open(FileStore store, Path directory, long fileId, Owner owner) throws IOException {
        Path path = directory.resolve(FileNames.data(fileId));
        if (!store.exists(path)) {
            return new SurveyedFile(fileId, null, false, "data file is missing");
        }
        FileStore.File file = store.openForRead(path);
        boolean opened = false;
        try {
            SurveyedFile surveyed = judge(file, path, fileId, owner);
            opened = true;
            return surveyed;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    private static SurveyedFile judge(FileStore.File file, Path path, long fileId, Owner owner) throws IOException {
        DataFileHeader header;
        try {
            header = readHeader(file, path);
        } catch (CorruptDataException e) {
            return new SurveyedFile(fileId, file, false, e.what());
        }
        if (header.fileId() != fileId || !header.owner().equals(owner)) {
            return new SurveyedFile(
                    fileId,
                    file,
                    true,
                    "data file is another one, its header says id "
                            + header.fileId() + " of cluster "
                            + Long.toUnsignedString(header.owner().clusterId()) + " group "
                            + header.owner().groupNumber());
        }
        return new SurveyedFile(fileId, file, false, null);
    }

    private static DataFileHeader readHeader(FileStore.File file, Path path) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(DataFileHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int available = file.read(0, buffer);
        try {
            return DataFileHeader.decode(buffer, available, path);
        } catch (StorageException e) {
            // A version that this build does not know, unless it is the version alone that rotted.
            buffer.putInt(FormatHeads.VERSION_OFFSET, DataFileHeader.FORMAT_VERSION);
            if (available == DataFileHeader.BYTES
                    && buffer.getInt(DataFileHeader.CRC_OFFSET)
                            == RecordFormat.crc32c(buffer, 0, DataFileHeader.CRC_OFFSET)) {
                throw new CorruptDataException("data file header has a bad version", path, FormatHeads.VERSION_OFFSET);
            }
            throw e;
        }
    }

    /**
     * Whom the files belong to by their headers.
     *
     * @throws StorageException when no header can be read, or two say different things
     */
    static Owner ownerOf(FileStore store, Path directory, List<Long> fileIds) throws IOException {
        Owner owner = null;
        for (long fileId : fileIds) {
            Path path = directory.resolve(FileNames.data(fileId));
            Owner found = ownerOrNull(store, path);
            if (found != null && owner != null) {
                FormatHeads.requireOwner(found, owner, path);
            }
            owner = found == null ? owner : found;
        }
        if (owner == null) {
            throw new StorageException(
                    "there is neither a manifest nor a data file with a good header: nothing to repair from",
                    directory,
                    null);
        }
        return owner;
    }

    private static @Nullable Owner ownerOrNull(FileStore store, Path path) throws IOException {
        try (FileStore.File file = store.openForRead(path)) {
            return readHeader(file, path).owner();
        } catch (CorruptDataException e) {
            // Another file may say it.
            return null;
        }
    }

    boolean isMissing() {
        return file == null;
    }

    /** Whether the file is there and its header is the one expected. */
    boolean isIntact() {
        return problem == null;
    }

    /** What is wrong with the file as such, null when nothing is. */
    @Nullable
    String problemOrNull() {
        return problem;
    }

    /** The file if its records belong to the store. */
    FileStore.@Nullable File fileOrNull() {
        return isAnother ? null : file;
    }

    long size() throws IOException {
        return file == null ? 0 : file.size();
    }

    /** Reads the records before {@code end}. */
    Content read(long end) throws IOException {
        HintTable table = new HintTable(fileId);
        if (file == null || end < DataFileHeader.BYTES) {
            return new Content(false, 0, 0, table, EntryPosition.NONE);
        }
        ByteBuffer header = ByteBuffer.allocateDirect(DataFileHeader.BYTES);
        file.read(0, header);
        CRC32C crc = new CRC32C();
        crc.update(header.flip());
        RecordScanner scanner = new RecordScanner(file, DataFileHeader.BYTES, end);
        EntryPosition last = EntryPosition.NONE;
        long records = 0;
        RecordScanner.Step step = scanner.next();
        for (; step == RecordScanner.Step.RECORD; step = scanner.next()) {
            scanner.update(crc);
            scanner.addTo(table);
            last = Salvage.later(last, new EntryPosition(scanner.term(), scanner.index()));
            records++;
        }
        return new Content(step == RecordScanner.Step.END, (int) crc.getValue(), records, table, last);
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}

package io.titankv.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** An open data file. Thread-safe for readers; its owner closes it when no reader can hold it. */
final class DataFile {
    private final long fileId;
    private final Path path;
    private final FileStore.File file;

    /** Bytes of the records that the keydir or the metadata point at. Written by whoever excludes other writers. */
    private final AtomicLong liveBytes = new AtomicLong();

    private volatile @Nullable SealedFile sealed;
    private volatile HintFile.@Nullable Summary hint;

    DataFile(long fileId, Path path, FileStore.File file) {
        this.fileId = fileId;
        this.path = path;
        this.file = file;
    }

    /** Creates a data file with its header, durable but for its name. */
    static DataFile create(FileStore store, Path directory, DataFileHeader header) throws IOException {
        Path path = directory.resolve(FileNames.data(header.fileId()));
        FileStore.File file = store.create(path);
        try {
            file.write(0, header.encode());
            FinalFailure.force(file);
            return new DataFile(header.fileId(), path, file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Reads the header and refuses a file that is another one. */
    void requireHeader(DataFileHeader expected) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(DataFileHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int available = file.read(0, buffer);
        DataFileHeader.decode(buffer, available, path).requireIs(expected.fileId(), expected.owner(), path);
    }

    long fileId() {
        return fileId;
    }

    Path path() {
        return path;
    }

    FileStore.File file() {
        return file;
    }

    AtomicLong liveBytes() {
        return liveBytes;
    }

    boolean isSealed() {
        return sealed != null;
    }

    SealedFile requireSealed() {
        SealedFile description = sealed;
        if (description == null) {
            throw new IllegalStateException("broken invariant: the data file is sealed: " + path);
        }
        return description;
    }

    /** Null while it has no hint file. */
    HintFile.@Nullable Summary hint() {
        return hint;
    }

    void onSealed(SealedFile description) {
        sealed = description;
    }

    /** Its hint file is there. */
    void onHint(HintFile.Summary summary) {
        hint = summary;
    }
}

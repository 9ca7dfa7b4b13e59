package io.titankv.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A hint file that a repair looks at, which may be missing or bad. Confined to one thread. */
final class SurveyedHint implements AutoCloseable {
    private final Path path;
    private final FileStore.@Nullable File file;
    private final HintFormat.@Nullable Header header;

    private SurveyedHint(Path path, FileStore.@Nullable File file, HintFormat.@Nullable Header header) {
        this.path = path;
        this.file = file;
        this.header = header;
    }

    /** The hint file of a data file as the manifest describes it. */
    static SurveyedHint open(FileStore store, Path directory, SealedFile data) throws IOException {
        SurveyedHint hint = open(store, directory, data.fileId());
        boolean isOfIt = hint.header != null
                && hint.header.dataBytes() == data.bytes()
                && hint.header.dataCrc() == data.crc32c();
        return isOfIt ? hint : new SurveyedHint(hint.path, hint.file, null);
    }

    /** The hint file of a data file of which nothing is known but the id. */
    static SurveyedHint open(FileStore store, Path directory, long fileId) throws IOException {
        Path path = directory.resolve(FileNames.hint(fileId));
        if (!store.exists(path)) {
            return new SurveyedHint(path, null, null);
        }
        FileStore.File file = store.openForRead(path);
        boolean opened = false;
        try {
            SurveyedHint hint = new SurveyedHint(path, file, headerOrNull(file, fileId));
            opened = true;
            return hint;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    private static HintFormat.@Nullable Header headerOrNull(FileStore.File file, long fileId) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(HintFormat.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int available = file.read(0, buffer);
        if (!HintFormat.headerIsIntact(buffer, available)) {
            return null;
        }
        HintFormat.Header header = HintFormat.decodeHeader(buffer);
        SealedFile claimed = new SealedFile(fileId, header.dataBytes(), header.dataCrc(), 0, 0, 0, 0, 0);
        return HintFile.checkOrNull(file, claimed) == null ? null : header;
    }

    boolean isIntact() {
        return header != null;
    }

    long dataBytes() {
        return requireHeader().dataBytes();
    }

    int dataCrc() {
        return requireHeader().dataCrc();
    }

    HintCursor entries() throws IOException {
        if (file == null || header == null) {
            throw new IllegalStateException("broken invariant: the hint file is intact: " + path);
        }
        return HintFile.entries(file, path);
    }

    private HintFormat.Header requireHeader() {
        if (header == null) {
            throw new IllegalStateException("broken invariant: the hint file is intact: " + path);
        }
        return header;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}

package io.titankv.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of a store that nobody has open, read as opening reads them and without changing anything. Confined to one thread;
 * {@link #close} closes what was opened.
 */
final class ClosedStore implements StoreTail.Reading, AutoCloseable {
    private final FileStore store;
    private final Path directory;
    private final Manifest manifest;
    private final Map<Long, DataFile> dataFiles = new HashMap<>();
    private final List<FileStore.File> opened = new ArrayList<>();
    private @Nullable StoreTail tail;

    ClosedStore(FileStore store, Path directory, Manifest manifest) {
        this.store = store;
        this.directory = directory;
        this.manifest = manifest;
    }

    /** The last whole entry. */
    EntryPosition applied() throws IOException {
        return hasTail() ? tail().last().applied() : manifest.applied();
    }

    /** A join of the indexes of all data files. Each call begins anew. */
    HintJoin join() throws IOException {
        List<HintCursor> cursors = new ArrayList<>();
        for (SealedFile sealed : manifest.sealed()) {
            cursors.add(standingOf(sealed));
        }
        if (hasTail()) {
            tail().read().forEach(each -> cursors.add(each.table().standing()));
        }
        return new HintJoin(cursors);
    }

    /** A data file that the manifest names, its header checked. */
    DataFile dataFile(long fileId) throws IOException {
        DataFile open = dataFiles.get(fileId);
        if (open != null) {
            return open;
        }
        Path path = directory.resolve(FileNames.data(fileId));
        if (!store.exists(path)) {
            throw new CorruptDataException("data file missing", path, 0);
        }
        DataFile data = new DataFile(fileId, path, opened(store.openForRead(path)));
        data.requireHeader(new DataFileHeader(fileId, manifest.owner()));
        dataFiles.put(fileId, data);
        return data;
    }

    private boolean hasTail() {
        return manifest.activeFileId() != Manifest.NO_FILE;
    }

    /** The unsealed end of a store that has one. */
    StoreTail tail() throws IOException {
        StoreTail read = tail;
        if (read == null) {
            read = StoreTail.of(manifest, this);
            tail = read;
        }
        return read;
    }

    @Override
    public DataFile open(long fileId) throws IOException {
        return dataFile(fileId);
    }

    @Override
    public TailRecovery.Outcome read(DataFile file, EntryPosition before, long syncedBytes) throws IOException {
        return TailRecovery.read(file, new DataFileHeader(file.fileId(), manifest.owner()), before, syncedBytes);
    }

    @Override
    public long syncedBytes(long fileId) throws IOException {
        return syncedBytes(store, directory, fileId);
    }

    private HintCursor standingOf(SealedFile sealed) throws IOException {
        Path hintPath = directory.resolve(FileNames.hint(sealed.fileId()));
        if (store.exists(hintPath)) {
            FileStore.File hint = opened(store.openForRead(hintPath));
            if (HintFile.checkOrNull(hint, sealed) != null) {
                return HintFile.entries(hint, hintPath);
            }
        }
        DataFile data = dataFile(sealed.fileId());
        HintTable table = new HintTable(sealed.fileId());
        RecordScanner scanner = new RecordScanner(data.file(), DataFileHeader.BYTES, sealed.bytes());
        RecordScanner.Step step = scanner.next();
        for (; step == RecordScanner.Step.RECORD; step = scanner.next()) {
            scanner.addTo(table);
        }
        if (step == RecordScanner.Step.BAD) {
            throw new CorruptDataException("bad record in a sealed data file", data.path(), scanner.offset());
        }
        return table.standing();
    }

    private FileStore.File opened(FileStore.File file) {
        opened.add(file);
        return file;
    }

    /** How much of a data file is known to have been synced while it was active. */
    static long syncedBytes(FileStore store, Path directory, long fileId) throws IOException {
        if (!store.exists(directory.resolve(FileNames.SYNC_MARK))) {
            return 0;
        }
        try (SyncMark mark = SyncMark.openForRead(store, directory)) {
            return mark.syncedBytes(fileId);
        }
    }

    @Override
    public void close() throws IOException {
        for (FileStore.File file : opened) {
            file.close();
        }
        opened.clear();
        dataFiles.clear();
    }
}

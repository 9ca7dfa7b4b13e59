package io.titankv.engine;

import io.titankv.engine.EngineOptions.Owner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Opens the files of a directory and fills the index from them. Used once, by one thread; when it throws, {@link #abandon} closes
 * what it had opened.
 */
final class StoreOpening {
    /** Threads that read hint files: on a disk two keep it busy, and more would only take cores from the join. */
    private static final int READERS = 2;

    private final FileStore store;
    private final Path directory;
    private final Owner owner;
    private final BackgroundTasks tasks;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private int hintsRebuilt;
    private int orphansRemoved;

    StoreOpening(FileStore store, Path directory, Owner owner, BackgroundTasks tasks) {
        this.tasks = tasks;
        this.store = store;
        this.directory = directory;
        this.owner = owner;
    }

    /** A sealed data file, and its hint file, which is open until the join is done. */
    private record Sealed(DataFile data, FileStore.File hint, Path hintPath, boolean wasRebuilt) {}

    /** What the engine runs on. */
    record Opened(
            DataFiles files,
            BackgroundTasks tasks,
            ActiveFile active,
            @Nullable DataFile spare,
            SyncMark mark,
            EntryPosition applied,
            EngineListener.Recovered report) {}

    /** Opens everything; fills the empty keydir and metadata. The directory is locked by the caller. */
    Opened open(Keydir keydir, MetaTable meta, RecordReader reader) throws IOException {
        Manifest manifest = readOrCreateManifest();
        FormatHeads.requireOwner(manifest.owner(), owner, directory.resolve(FileNames.MANIFEST));
        removeOrphans(manifest);
        SyncMark mark = opened(SyncMark.open(store, directory));
        List<Sealed> sealed = openSealed(manifest);
        List<DataFile> dataFiles =
                new ArrayList<>(sealed.stream().map(Sealed::data).toList());
        TailOpening tail = new TailOpening(store, directory, owner, mark, id -> openData(id, true));
        manifest = tail.settle(manifest);
        dataFiles.addAll(tail.files());
        DataFiles files = new DataFiles(store, directory, manifest, dataFiles, tasks);
        fillIndex(sealed, tail.read(), files.current(), keydir, meta, reader);
        for (Sealed each : sealed) {
            each.hint().close();
        }
        tail.sealed().forEach(each -> tasks.begin(() -> files.writeHint(each.data())));
        TailRecovery.Outcome last = tail.lastOrNull();
        ActiveFile active = last != null ? last.active() : files.sealAndStart(null, manifest.applied(), null);
        EntryPosition applied = last != null ? last.applied() : manifest.applied();
        return new Opened(
                files,
                tasks,
                active,
                tail.spareOrNull(),
                mark,
                applied,
                new EngineListener.Recovered(
                        applied, files.current().files().size(), tail.bytesCut(), hintsRebuilt, orphansRemoved));
    }

    /** Closes all that was opened, after a failure. */
    void abandon(Throwable failure) {
        for (AutoCloseable each : opened.reversed()) {
            try {
                each.close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }

    private <T extends AutoCloseable> T opened(T file) {
        synchronized (opened) {
            opened.add(file);
        }
        return file;
    }

    private Manifest readOrCreateManifest() throws IOException {
        if (store.exists(directory.resolve(FileNames.MANIFEST))) {
            return ManifestFile.read(store, directory);
        }
        for (String name : store.list(directory)) {
            if (FileNames.dataFileId(name).isPresent()) {
                throw new CorruptDataException(
                        "manifest is missing beside data files", directory.resolve(FileNames.MANIFEST), 0);
            }
        }
        Manifest first = Manifest.empty(owner);
        ManifestFile.replace(store, directory, first);
        return first;
    }

    /**
     * Removes files that no manifest names. Each is whole in another form, or never was part of the store: a data file is named
     * before its first record is written, and a merge's victims stay named until its outputs are.
     */
    private void removeOrphans(Manifest manifest) throws IOException {
        Set<Long> sealedIds = new HashSet<>();
        manifest.sealed().forEach(file -> sealedIds.add(file.fileId()));
        for (String name : store.list(directory)) {
            long dataId = FileNames.dataFileId(name).orElse(manifest.activeFileId());
            long hintId = FileNames.hintFileId(name).orElse(-1);
            boolean isOrphan = (FileNames.dataFileId(name).isPresent()
                            && dataId != manifest.activeFileId()
                            && dataId != manifest.spareFileId()
                            && !sealedIds.contains(dataId))
                    || (hintId >= 0 && !sealedIds.contains(hintId))
                    || FileNames.newHintFileId(name).isPresent()
                    || name.equals(FileNames.MANIFEST_NEW);
            if (isOrphan) {
                store.delete(directory.resolve(name));
                orphansRemoved++;
            }
        }
    }

    private List<Sealed> openSealed(Manifest manifest) throws IOException {
        if (manifest.sealed().isEmpty()) {
            return List.of();
        }
        List<Sealed> sealed = new ArrayList<>();
        try (ExecutorService readers = Executors.newFixedThreadPool(
                Math.min(READERS, manifest.sealed().size()),
                Thread.ofPlatform().daemon().name("titan-engine-open-", 0).factory())) {
            List<Future<Sealed>> futures = new ArrayList<>();
            for (SealedFile file : manifest.sealed()) {
                futures.add(readers.submit(() -> openSealed(file)));
            }
            try {
                for (Future<Sealed> future : futures) {
                    sealed.add(resultOf(future));
                }
            } finally {
                readers.shutdownNow();
            }
        }
        hintsRebuilt = (int) sealed.stream().filter(Sealed::wasRebuilt).count();
        if (hintsRebuilt > 0) {
            FinalFailure.syncDirectory(store, directory);
        }
        return sealed;
    }

    private static Sealed resultOf(Future<Sealed> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while opening", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException runtime -> throw runtime;
                case Error error -> throw error;
                case null, default -> throw new IOException("cannot open a data file", e);
            }
        }
    }

    private Sealed openSealed(SealedFile description) throws IOException {
        DataFile data = openData(description.fileId(), false);
        long size = data.file().size();
        if (size != description.bytes()) {
            throw new CorruptDataException(
                    "data file has " + size + " bytes, the manifest says " + description.bytes(), data.path(), size);
        }
        data.file().mapForReads();
        Path hintPath = directory.resolve(FileNames.hint(description.fileId()));
        if (store.exists(hintPath)) {
            FileStore.File hint = opened(store.openForRead(hintPath));
            HintFile.Summary summary = HintFile.checkOrNull(hint, description);
            if (summary != null) {
                data.onSealed(description);
                data.onHint(summary);
                return new Sealed(data, hint, hintPath, false);
            }
            hint.close();
        }
        data.onSealed(description);
        data.onHint(rebuildHint(data, description, hintPath));
        return new Sealed(data, opened(store.openForRead(hintPath)), hintPath, true);
    }

    private DataFile openData(long fileId, boolean forWrite) throws IOException {
        Path path = directory.resolve(FileNames.data(fileId));
        if (!store.exists(path)) {
            throw new CorruptDataException("data file missing", path, 0);
        }
        FileStore.File file = opened(forWrite ? store.openForWrite(path) : store.openForRead(path));
        DataFile data = new DataFile(fileId, path, file);
        data.requireHeader(new DataFileHeader(fileId, owner));
        return data;
    }

    /** Reads the whole data file, which is checked on the way. */
    private HintFile.Summary rebuildHint(DataFile data, SealedFile description, Path hintPath) throws IOException {
        HintTable table = RecordScanner.tableOf(data, owner);
        Path fresh = directory.resolve(FileNames.newHint(description.fileId()));
        HintFile.Summary summary = HintFile.write(store, fresh, description, table.standing());
        FinalFailure.rename(store, fresh, hintPath);
        return summary;
    }

    private static void fillIndex(
            List<Sealed> sealed,
            List<TailRecovery.Outcome> tail,
            DataFileSet files,
            Keydir keydir,
            MetaTable meta,
            RecordReader reader)
            throws IOException {
        List<HintCursor> cursors = new ArrayList<>();
        for (Sealed each : sealed) {
            cursors.add(HintFile.entries(each.hint(), each.hintPath()));
        }
        tail.forEach(each -> cursors.add(each.table().standing()));
        keydir.fill(builder -> new HintJoin(cursors).run(entry -> {
            DataFile file = files.fileOrNull(entry.fileId());
            if (file == null) {
                throw new IllegalStateException("broken invariant: a hint file's data file is open");
            }
            if (entry.kind() == RecordKind.META_PUT) {
                byte[] value = reader.record(file, entry.offset(), entry.recordBytes(), true)
                        .valueArray();
                meta.put(entry.name(), new MetaTable.Entry(value, file, entry.offset(), entry.recordBytes()));
            } else {
                builder.add(entry.token(), entry.fileId(), entry.offset(), entry.recordBytes());
                file.liveBytes().addAndGet(entry.recordBytes());
            }
        }));
    }
}

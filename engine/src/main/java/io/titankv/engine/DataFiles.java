package io.titankv.engine;

import io.titankv.engine.EngineOptions.Owner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The data files of one directory: which there are, in memory and in the manifest, and which may be closed. Thread-safe.
 *
 * <p>The order of every change: new files are durable, then the manifest names them, then the keydir points at them, and only then
 * the old ones go. So a crash leaves files that no manifest names, never a manifest that names a missing file.
 */
final class DataFiles {
    /** A set that readers may still be in, and the files that may go when they, and those of all older sets, are out. */
    private record Retired(DataFileSet set, List<DataFile> leaving) {}

    /** How often closing looks whether the last readers are out: about the time of one read. */
    private static final long READERS_LEAVE_POLL_NANOS = 50_000;

    private final FileStore store;
    private final Path directory;
    private final Owner owner;
    /** Awaited before {@link #lock} is taken: a task may take it. */
    private final BackgroundTasks tasks;

    /** Guards the manifest and what is retired. The innermost lock. */
    private final ReentrantLock lock = new ReentrantLock();

    private final ArrayDeque<Retired> retired = new ArrayDeque<>();
    private Manifest manifest;
    private long nextFileId;
    private volatile DataFileSet current;
    private volatile boolean closed;

    DataFiles(FileStore store, Path directory, Manifest manifest, List<DataFile> open, BackgroundTasks tasks) {
        this.store = store;
        this.directory = directory;
        this.owner = manifest.owner();
        this.manifest = manifest;
        this.nextFileId = manifest.nextFileId();
        this.current = new DataFileSet(open);
        this.tasks = tasks;
    }

    /** The set as it is now, for one who excludes changes or only looks at it. */
    DataFileSet current() {
        return current;
    }

    /** Enters the current set: its files stay open until the caller leaves it. */
    DataFileSet enter() {
        while (true) {
            DataFileSet set = current;
            set.enter();
            if (set == current && !closed) {
                return set;
            }
            set.leave();
            if (closed) {
                throw new IllegalStateException("engine is closed");
            }
        }
    }

    DataFileHeader newHeader() {
        lock.lock();
        try {
            Invariants.checkAtMost(nextFileId, 0xFFFF_FFFFL, "file ids fit into four bytes");
            return new DataFileHeader(nextFileId++, owner);
        } finally {
            lock.unlock();
        }
    }

    /** The header that the file has. */
    DataFileHeader header(DataFile file) {
        return new DataFileHeader(file.fileId(), owner);
    }

    /** Makes the file that will be written when the active one is full. */
    DataFile createSpare() throws IOException {
        lock.lock();
        try {
            return start(null, manifest::withSpare);
        } finally {
            lock.unlock();
        }
    }

    /** Seals the file that was written, when there is one, and starts the spare one or another. Nothing has changed when this throws. */
    ActiveFile sealAndStart(@Nullable ActiveFile active, EntryPosition applied, @Nullable DataFile spare)
            throws IOException {
        lock.lock();
        try {
            DataFile next;
            if (active == null) {
                next = start(spare, manifest::withActive);
            } else {
                active.trim();
                FinalFailure.force(active.data().file());
                SealedFile description = active.describe();
                next = start(spare, nextId -> manifest.withSealed(description, nextId, applied));
                active.data().onSealed(description);
            }
            next.file().mapForAppends();
            return ActiveFile.fresh(next, header(next));
        } finally {
            lock.unlock();
        }
    }

    /** Names a file, a new one unless it is given, in the manifest. */
    private DataFile start(@Nullable DataFile given, LongFunction<Manifest> change) throws IOException {
        DataFile file = given == null ? DataFile.create(store, directory, newHeader()) : given;
        try {
            Manifest changed = change.apply(file.fileId());
            ManifestFile.replace(store, directory, changed);
            manifest = changed;
        } catch (IOException e) {
            if (given == null) {
                closeQuietly(file);
                if (!(e instanceof FinalFailure)) {
                    removeQuietly(FileNames.data(file.fileId()));
                }
            }
            throw e;
        }
        if (given == null) {
            publish(current.with(List.of(file)), List.of());
        }
        return file;
    }

    /** Seals a file that was forced and is followed by another one, which is written already. */
    void seal(DataFile full, SealedFile description, EntryPosition applied, long nextFileId) throws IOException {
        lock.lock();
        try {
            Manifest changed = manifest.withSealed(description, nextFileId, applied);
            ManifestFile.replace(store, directory, changed);
            manifest = changed;
            full.onSealed(description);
        } finally {
            lock.unlock();
        }
    }

    /** Writes the hint file of a sealed data file. What an earlier attempt left is replaced. */
    HintFile.Summary writeHint(SealedFile description, HintTable table) throws IOException {
        Path path = directory.resolve(FileNames.hint(description.fileId()));
        ManifestFile.deleteIfThere(store, path);
        return HintFile.write(store, path, description, table.standing());
    }

    /** Writes the hint file of a sealed data file, which is read for it. */
    void writeHint(DataFile sealed) throws IOException {
        sealed.onHint(writeHint(sealed.requireSealed(), RecordScanner.tableOf(sealed, owner)));
    }

    DataFile create(DataFileHeader header) throws IOException {
        return DataFile.create(store, directory, header);
    }

    /**
     * Puts the outputs of a merge, which are durable, in the place of its victims: from now on a restart finds them, and the keydir
     * may point at them. The victims stay open until they are removed.
     */
    void adopt(List<DataFile> victims, List<DataFile> outputs) throws IOException {
        lock.lock();
        try {
            Manifest changed = manifest.withMerged(
                    victims.stream().map(DataFile::fileId).collect(Collectors.toSet()),
                    outputs.stream().map(DataFile::requireSealed).toList());
            ManifestFile.replace(store, directory, changed);
            manifest = changed;
            publish(current.with(outputs), List.of());
        } finally {
            lock.unlock();
        }
    }

    /** Takes files away that nothing points at any more; they are closed and deleted when their last reader is out. */
    void remove(List<DataFile> leaving) throws FinalFailure {
        // A hint file that is being written may be theirs, and would come back after the file is gone.
        tasks.await();
        lock.lock();
        try {
            publish(current.without(leaving), leaving);
        } finally {
            lock.unlock();
        }
    }

    /** Closes and deletes what no reader can hold any more. */
    void removeLeft() {
        lock.lock();
        try {
            while (!retired.isEmpty() && retired.getFirst().set().isLeft()) {
                retired.removeFirst().leaving().forEach(this::closeAndDelete);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Links the sealed files into a new directory, and gives it a manifest. */
    List<Checkpoint.File> linkInto(Path target) throws IOException {
        tasks.await();
        lock.lock();
        try {
            return CheckpointLinks.make(store, directory, manifest, current, target);
        } finally {
            lock.unlock();
        }
    }

    /** Closes a file that never became part of the store, and deletes it. */
    void discard(DataFile file) {
        closeAndDelete(file);
    }

    /** Replaces the set by one that nobody can read from, waits for the readers, and closes everything. */
    void close() throws IOException {
        IOException failure = null;
        try {
            tasks.await();
        } catch (FinalFailure e) {
            failure = e;
        }
        lock.lock();
        try {
            closed = true;
            List<DataFile> files = current.files();
            publish(new DataFileSet(List.of()), List.of());
            for (Retired each : retired) {
                while (!each.set().isLeft()) {
                    // A reader holds a set for one read or one page.
                    LockSupport.parkNanos(READERS_LEAVE_POLL_NANOS);
                }
                each.leaving().forEach(this::closeAndDelete);
            }
            retired.clear();
            for (DataFile file : files) {
                try {
                    file.file().close();
                } catch (IOException e) {
                    failure = e;
                }
            }
            if (failure != null) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    private void publish(DataFileSet set, List<DataFile> leaving) {
        retired.add(new Retired(current, leaving));
        current = set;
        removeLeft();
    }

    private void closeAndDelete(DataFile file) {
        closeQuietly(file);
        removeQuietly(FileNames.data(file.fileId()));
        removeQuietly(FileNames.hint(file.fileId()));
    }

    /** Closes a file whose bytes nobody relies on. */
    void closeQuietly(DataFile file) {
        try {
            file.file().close();
        } catch (IOException e) {
            return;
        }
    }

    /** Deletes a file that no manifest names. When that fails the next opening does it. */
    private void removeQuietly(String name) {
        try {
            ManifestFile.deleteIfThere(store, directory.resolve(name));
        } catch (IOException e) {
            return;
        }
    }
}

package io.titankv.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * Reads the live records of a store that nobody has open, in order of token and key, without changing or locking anything: a read-only
 * directory will do. What opening would heal (a torn tail, a missing hint file) is read as it would be healed. Confined to one thread.
 */
public final class StoreScan implements AutoCloseable {
    private final Path directory;
    private final Manifest manifest;
    private final ClosedStore files;
    private final EntryPosition applied;
    private final RecordReader reader = new RecordReader();

    private StoreScan(Path directory, Manifest manifest, ClosedStore files, EntryPosition applied) {
        this.directory = directory;
        this.manifest = manifest;
        this.files = files;
        this.applied = applied;
    }

    /** Begins to read a directory of this machine. */
    public static StoreScan open(Path directory) {
        return open(directory, NioFileStore.INSTANCE);
    }

    /**
     * Begins to read a directory.
     *
     * @throws CorruptDataException when the manifest, or what had been synced of the active file, is bad
     */
    public static StoreScan open(Path directory, FileStore store) {
        ClosedStore files = null;
        boolean opened = false;
        try {
            Manifest manifest = ManifestFile.read(store, directory);
            files = new ClosedStore(store, directory, manifest);
            StoreScan scan = new StoreScan(directory, manifest, files, files.applied());
            opened = true;
            return scan;
        } catch (IOException e) {
            throw new StorageException("cannot read the store", directory, e);
        } finally {
            if (!opened && files != null) {
                closeQuietly(files);
            }
        }
    }

    private static void closeQuietly(ClosedStore files) {
        try {
            files.close();
        } catch (IOException e) {
            // It was only read, and why it could not be is being said.
            return;
        }
    }

    /** The cluster that the store belongs to, 0 when used alone. */
    public long clusterId() {
        return manifest.owner().clusterId();
    }

    /** The group that the store belongs to, 0 when used alone. */
    public int groupNumber() {
        return manifest.owner().groupNumber();
    }

    /** The last whole entry. */
    public EntryPosition applied() {
        return applied;
    }

    /**
     * Hands over the records of a range of tokens until {@code action} says that no more are wanted.
     *
     * @param endExclusive 0 stands for 2^64
     * @throws CorruptDataException at the first record that is bad; those before it were handed over
     */
    public void run(long startInclusive, long endExclusive, boolean withValues, Predicate<StoredRecord> action) {
        ScanSpec.requireRange(startInclusive, endExclusive);
        boolean isEmpty = endExclusive != 0 && startInclusive == endExclusive;
        if (isEmpty) {
            return;
        }
        try {
            files.join().runWhile(entry -> {
                if (entry.kind() != RecordKind.PUT || Long.compareUnsigned(entry.token(), startInclusive) < 0) {
                    return true;
                }
                if (endExclusive != 0 && Long.compareUnsigned(entry.token(), endExclusive) >= 0) {
                    return false;
                }
                return action.test(read(entry, withValues));
            });
        } catch (IOException e) {
            throw new StorageException("cannot read the store", directory, e);
        }
    }

    private StoredRecord read(HintCursor entry, boolean withValue) {
        try {
            DataFile file = files.dataFile(entry.fileId());
            return reader.record(file, entry.offset(), entry.recordBytes(), withValue);
        } catch (IOException e) {
            throw new StorageException("cannot read data file", directory.resolve(FileNames.data(entry.fileId())), e);
        }
    }

    @Override
    public void close() {
        try {
            files.close();
        } catch (IOException e) {
            throw new StorageException("cannot close the store", directory, e);
        }
    }
}

package io.titankv.engine;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A Bitcask: data files of records, and an off-heap keydir in token order.
 *
 * <p>One thread writes ({@link #apply}, {@link #checkpoint}); any thread reads; {@link #sync} and {@link #mergeSome} may run on
 * other threads beside both. A reader sees the operations of a batch one after the other, each at once and whole.
 *
 * <p>After a failed fsync, or a failed write that could not be cut back, the engine serves reads and refuses writes.
 */
public final class Engine implements AutoCloseable {
    private final Path directory;
    private final EngineOptions options;
    private final AutoCloseable directoryLock;
    private final Keydir keydir;
    private final MetaTable meta;
    private final DataFiles files;
    private final Lookup lookup;
    private final RecordReader reader;
    private final SyncGate gate;
    private final OverwriteChecks checks;
    private final Writer writer;
    private final Merger merger;
    private final @Nullable IntervalSync intervalSync;

    /** Excludes writers of the index from each other. Lock order: this, {@link SyncGate#syncLock}, then that of DataFiles. */
    private final ReentrantLock writeLock;

    private volatile boolean closed;

    private Engine(
            Path directory,
            EngineOptions options,
            AutoCloseable directoryLock,
            StoreOpening.Opened opened,
            Keydir keydir,
            MetaTable meta,
            RecordReader reader,
            EngineListener listener,
            Executor background) {
        this.directory = directory;
        this.options = options;
        this.directoryLock = directoryLock;
        this.keydir = keydir;
        this.meta = meta;
        this.files = opened.files();
        this.reader = reader;
        this.lookup = new Lookup(keydir, files, reader);
        ActiveFile active = opened.active();
        this.gate = new SyncGate(
                new SyncGate.Tail(active.data(), active.bytes(), opened.applied(), null), opened.mark(), listener);
        this.writeLock = new ReentrantLock();
        UncheckedTokens unchecked = new UncheckedTokens(options.dataFileBytesMax());
        this.checks = new OverwriteChecks(keydir, files, reader, writeLock, listener, unchecked, background);
        this.writer = new Writer(options, opened, keydir, meta, reader, checks, gate, listener);
        this.merger = new Merger(
                new Merger.Parts(options, files, keydir, meta, reader, gate, writer, checks, listener), writeLock);
        this.intervalSync = options.syncPolicy() instanceof EngineOptions.SyncPolicy.Interval interval
                ? new IntervalSync(gate, interval.period())
                : null;
    }

    /** Opens the engine in {@code directory} with {@link EngineOptions#defaults}. */
    public static Engine open(Path directory) {
        return open(directory, EngineOptions.defaults());
    }

    /**
     * Opens the engine in {@code directory}, creating it when empty. Recovery cuts the files back to the last whole batch.
     *
     * @throws CorruptDataException when a record other than in the torn tail is bad
     * @throws StorageException when the directory cannot be used
     */
    public static Engine open(Path directory, EngineOptions options) {
        return open(directory, options, NioFileStore.INSTANCE, EngineListener.NONE);
    }

    /** Opens the engine on a file store of the caller's, and tells the listener what it does. */
    public static Engine open(Path directory, EngineOptions options, FileStore store, EngineListener listener) {
        return open(directory, options, store, listener, BackgroundTasks.THREADS);
    }

    /** For tests, which want the work in the background to be done at once. */
    static Engine open(
            Path directory, EngineOptions options, FileStore store, EngineListener listener, Executor background) {
        AutoCloseable directoryLock;
        try {
            store.createDirectories(directory);
            directoryLock = store.lock(directory.resolve(FileNames.LOCK));
        } catch (IOException e) {
            throw new StorageException("cannot take the directory", directory, e);
        }
        StoreOpening opening = new StoreOpening(store, directory, options.owner(), new BackgroundTasks(background));
        Keydir keydir = new Keydir();
        try {
            MetaTable meta = new MetaTable();
            RecordReader reader = new RecordReader();
            StoreOpening.Opened opened = opening.open(keydir, meta, reader);
            Engine engine =
                    new Engine(directory, options, directoryLock, opened, keydir, meta, reader, listener, background);
            listener.onRecovered(opened.report());
            if (engine.intervalSync != null) {
                engine.intervalSync.start();
            }
            return engine;
        } catch (IOException e) {
            abandon(e, opening, keydir, directoryLock);
            throw new StorageException("cannot open the engine", directory, e);
        } catch (RuntimeException | Error e) {
            abandon(e, opening, keydir, directoryLock);
            throw e;
        }
    }

    private static void abandon(Throwable failure, StoreOpening opening, Keydir keydir, AutoCloseable directoryLock) {
        opening.abandon(failure);
        closeInto(failure, keydir);
        closeInto(failure, directoryLock);
    }

    /** Applies a batch whole, visible to reads at once. Its position must be above {@link #applied}. Writer thread. */
    public void apply(WriteBatch batch) {
        writeLock.lock();
        try {
            requireOpen();
            gate.requireWritable();
            writer.apply(batch);
        } finally {
            writeLock.unlock();
        }
        if (options.syncPolicy() instanceof EngineOptions.SyncPolicy.Always) {
            gate.sync();
        }
    }

    /** The entry of the last batch applied or recovered. */
    public EntryPosition applied() {
        return gate.applied();
    }

    /** The last entry known to have survived an fsync. At most {@link #applied}. */
    public EntryPosition synced() {
        return gate.synced();
    }

    /** Makes everything durable that was applied before the call, and returns its position. Any thread. A failure is final. */
    @CanIgnoreReturnValue
    public EntryPosition sync() {
        requireOpen();
        return gate.sync();
    }

    /** The key's record, or null when it has none. Any thread. */
    public @Nullable StoredRecord getOrNull(long token, MemorySegment key) {
        return lookup.recordOrNull(token, key);
    }

    /** The key's value, a fresh array, or null when it has none. The cheapest read. Any thread. */
    public byte @Nullable [] valueOrNull(long token, MemorySegment key) {
        return lookup.valueOrNull(token, key);
    }

    /** Bytes of the largest record under a token, 0 when there is none: what a read of it may have to hold. Reads no file. Any thread. */
    public int recordBytesMax(long token) {
        return lookup.recordBytesMax(token);
    }

    /** The key's version, 0 when it has no value. Any thread. */
    public long versionOf(long token, MemorySegment key) {
        return lookup.version(token, key);
    }

    /** A page of records. Any thread. */
    public ScanPage scan(ScanSpec spec) {
        return new RangeScan(keydir, files, reader, spec).read();
    }

    /** Live keys with a token in the range (an end of 0 stands for 2^64). Any thread. */
    public long count(long startInclusive, long endExclusive) {
        return checks.count(startInclusive, endExclusive);
    }

    /** A piece of the owner's metadata, or null. A fresh array. Any thread. */
    public byte @Nullable [] metaOrNull(String name) {
        return meta.valueOrNull(name);
    }

    /** All metadata whose name begins with {@code prefix}, in order of name. Any thread. */
    public Map<String, byte[]> metaWithPrefix(String prefix) {
        return meta.withPrefix(prefix);
    }

    /** Seals, syncs and hard-links everything into {@code target}, which must not exist. Writer thread. */
    public Checkpoint checkpoint(Path target) {
        writeLock.lock();
        try {
            requireOpen();
            gate.requireWritable();
            writer.seal();
            List<Checkpoint.File> linked = files.linkInto(target);
            return new Checkpoint(target, gate.applied(), linked);
        } catch (FinalFailure e) {
            throw gate.stop("cannot make a checkpoint", target, e);
        } catch (IOException e) {
            throw new StorageException("cannot make a checkpoint", target, e);
        } finally {
            writeLock.unlock();
        }
    }

    /**
     * Merges for about {@code budgetBytes} bytes of reading and writing, when there is something worth merging. Any thread, beside
     * reads and writes; while one thread merges, another finds nothing to do. Call it again and again.
     *
     * @throws CorruptDataException when a data file turned out to be corrupt; merges leave it alone from then on
     * @return bytes read and written; 0 when there was nothing to do
     */
    public long mergeSome(long budgetBytes) {
        requireOpen();
        return merger.mergeSome(budgetBytes);
    }

    /** Seals the active file and plans a merge of all files for {@link #mergeSome} to carry out; false when it would free nothing. */
    public boolean beginMergeOfAll() {
        requireOpen();
        return merger.beginAll();
    }

    public EngineStats stats() {
        writeLock.lock();
        try {
            requireOpen();
            return EngineStats.of(
                    keydir,
                    checks.unchecked(),
                    writer.unsealed(),
                    files.current().files());
        } finally {
            writeLock.unlock();
        }
    }

    /**
     * Syncs, unless writing stopped, and closes. Waits for readers that are reading.
     *
     * @throws StorageException when the last sync failed; the engine is closed nevertheless
     */
    @Override
    public void close() {
        // Before the write lock, which a merge takes while it holds its own, and a check in the background does.
        merger.close();
        checks.close();
        writeLock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (intervalSync != null) {
                intervalSync.close();
            }
            closeAll();
        } finally {
            writeLock.unlock();
        }
    }

    /** Closes in reverse order of opening, every part whatever became of the others. */
    private void closeAll() {
        StorageException failure = new StorageException("cannot close cleanly", directory, null);
        closeInto(failure, () -> {
            if (gate.isWritable()) {
                writer.close();
            }
        });
        closeInto(failure, gate::close);
        closeInto(failure, files::close);
        closeInto(failure, keydir);
        closeInto(failure, directoryLock);
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }

    private static void closeInto(Throwable failure, AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("engine is closed");
        }
    }
}

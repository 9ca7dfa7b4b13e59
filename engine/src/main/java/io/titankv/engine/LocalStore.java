package io.titankv.engine;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An engine used alone: bytes by key, in one directory of one disk. Thread-safe.
 *
 * <p>What an {@link Engine} leaves to its owner is settled here: a key's token is its XXH3-64, writes are numbered in the order in
 * which they are made, and any thread may write. Under {@link EngineOptions.SyncPolicy.Always} a write returns after an fsync that
 * covers it, and writers that wait at the same time share one; they see each other's writes before that.
 *
 * <p>Nothing is merged unless {@link #merge} is called.
 */
public final class LocalStore implements AutoCloseable {
    private static final Hasher64 TOKENS = Hashing.xxh3_64();

    /** Records read at a time by {@link #forEach}. */
    private static final int PAGE_RECORDS = 1000;

    private static final long PAGE_BYTES = 4L << 20;

    /** Tries before a writer parks: some microseconds. A guess. */
    private static final int SPINS = 100;

    private final Engine engine;
    private final boolean syncsEachWrite;

    /** Puts writers in order. Not held while one waits for its fsync. */
    private final ReentrantLock order = new ReentrantLock();

    private LocalStore(Engine engine, boolean syncsEachWrite) {
        this.engine = engine;
        this.syncsEachWrite = syncsEachWrite;
    }

    /** Opens the store in {@code directory} with {@link EngineOptions#defaults}, creating it when empty. */
    public static LocalStore open(Path directory) {
        return open(directory, EngineOptions.defaults());
    }

    /**
     * Opens the store in {@code directory}, creating it when empty.
     *
     * @throws CorruptDataException when something in it is bad that a crash cannot have left
     * @throws StorageException when the directory cannot be used, another process's hold on it included
     */
    public static LocalStore open(Path directory, EngineOptions options) {
        return open(directory, options, NioFileStore.INSTANCE);
    }

    static LocalStore open(Path directory, EngineOptions options, FileStore store) {
        boolean always = options.syncPolicy() instanceof EngineOptions.SyncPolicy.Always;
        // Synced here, after the next writer was let in.
        EngineOptions own = always ? options.withSyncPolicy(new EngineOptions.SyncPolicy.Never()) : options;
        return new LocalStore(Engine.open(directory, own, store, EngineListener.NONE), always);
    }

    /** The key's value, a fresh array, or null when it has none. */
    public byte @Nullable [] getOrNull(byte[] key) {
        return engine.valueOrNull(token(key), MemorySegment.ofArray(key));
    }

    /**
     * Sets the key's value.
     *
     * @param key 1 to {@link WriteBatch#KEY_BYTES_MAX} bytes
     * @param value up to {@link WriteBatch#VALUE_BYTES_MAX} bytes
     * @throws StorageException when it could not be written; after a failed fsync every write fails
     */
    public void put(byte[] key, byte[] value) {
        write(batch -> batch.put(key, value));
    }

    /** Removes the key, if it is there. */
    public void delete(byte[] key) {
        write(batch -> batch.delete(key));
    }

    /** Several changes that are made together or not at all. Used only within the call of {@link #write} that handed it over. */
    public static final class Batch {
        private final WriteBatch batch;
        private final long number;

        private Batch(long number) {
            this.batch = new WriteBatch(new EntryPosition(0, number));
            this.number = number;
        }

        /** Sets the key's value, over what the batch did to the key before. */
        @CanIgnoreReturnValue
        public Batch put(byte[] key, byte[] value) {
            batch.put(token(key), MemorySegment.ofArray(key), MemorySegment.ofArray(value), number);
            return this;
        }

        /** Removes the key, if it is there. */
        @CanIgnoreReturnValue
        public Batch delete(byte[] key) {
            batch.delete(token(key), MemorySegment.ofArray(key), number);
            return this;
        }
    }

    /** Makes the changes that {@code fill} puts into a batch, all or none; none when it throws. */
    public void write(Consumer<Batch> fill) {
        lockOrder();
        try {
            Batch batch = new Batch(engine.applied().index() + 1);
            fill.accept(batch);
            if (batch.batch.isEmpty()) {
                return;
            }
            engine.apply(batch.batch);
        } finally {
            order.unlock();
        }
        if (syncsEachWrite) {
            engine.sync();
        }
    }

    /** A write holds the lock for a microsecond or two: less than it takes to park a thread and wake it. */
    private void lockOrder() {
        for (int i = 0; i < SPINS; i++) {
            if (order.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        order.lock();
    }

    /** Live keys. */
    public long count() {
        return engine.count(0, 0);
    }

    /** Hands over every key and value, in no order that means anything. What is written meanwhile may be among them or not. */
    public void forEach(BiConsumer<byte[], byte[]> action) {
        ScanSpec spec = new ScanSpec(0, 0, null, PAGE_RECORDS, PAGE_BYTES, true);
        while (true) {
            ScanPage page = engine.scan(spec);
            List<StoredRecord> records = page.records();
            records.forEach(record -> action.accept(record.keyArray(), record.valueArray()));
            if (page.complete()) {
                return;
            }
            StoredRecord last = records.getLast();
            spec = new ScanSpec(last.token(), 0, last.key(), PAGE_RECORDS, PAGE_BYTES, true);
        }
    }

    /** Returns when everything written before the call is durable. A failure is final for this store. */
    public void sync() {
        engine.sync();
    }

    /**
     * Merges for about {@code budgetBytes} bytes of reading and writing, when there is something worth merging.
     *
     * @return bytes read and written; 0 when there was nothing to do
     */
    @CanIgnoreReturnValue
    public long merge(long budgetBytes) {
        return engine.mergeSome(budgetBytes);
    }

    public EngineStats stats() {
        return engine.stats();
    }

    @Override
    public void close() {
        engine.close();
    }

    private static long token(byte[] key) {
        return TOKENS.hashBytesToLong(key);
    }
}

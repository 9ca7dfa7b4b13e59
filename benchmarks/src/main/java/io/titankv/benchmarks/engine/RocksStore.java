package io.titankv.benchmarks.engine;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * RocksDB with its log on, and its defaults but for a block cache that holds the data and the usual Bloom filter of
 * 10 bits a key.
 */
final class RocksStore implements Store {
    private static final long BLOCK_CACHE_BYTES = 512L << 20;
    private static final double BLOOM_BITS_PER_KEY = 10;
    private static final long SETTLE_MILLIS = 20;
    /** A guess: compacting what these workloads write takes seconds. */
    private static final int SETTLE_TRIES_MAX = 3000;

    private final LRUCache cache = new LRUCache(BLOCK_CACHE_BYTES);
    private final BloomFilter bloom = new BloomFilter(BLOOM_BITS_PER_KEY);
    private final Options options;
    private final WriteOptions writing = new WriteOptions();
    private final ReadOptions reading = new ReadOptions();
    private final RocksDB database;
    private final Shape shape;

    static {
        RocksDB.loadLibrary();
    }

    /** @param synced whether each put is durable when it returns; writers at the same time share fsyncs */
    RocksStore(Path directory, Shape shape, boolean synced) {
        this.shape = shape;
        writing.setSync(synced);
        options = new Options()
                .setCreateIfMissing(true)
                .setTableFormatConfig(
                        new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(bloom));
        try {
            database = RocksDB.open(options, directory.toString());
        } catch (RocksDBException e) {
            throw new StoreException("RocksDB does not open", e);
        }
    }

    @Override
    public Session session() {
        return new RocksSession(database, writing, reading, shape);
    }

    @Override
    public void settle() {
        try {
            for (int tries = 0; tries < SETTLE_TRIES_MAX && isBusy(); tries++) {
                Thread.sleep(SETTLE_MILLIS);
            }
        } catch (RocksDBException e) {
            throw new StoreException("RocksDB does not say whether it compacts", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted", e);
        }
    }

    private boolean isBusy() throws RocksDBException {
        return database.getLongProperty("rocksdb.compaction-pending") > 0
                || database.getLongProperty("rocksdb.num-running-compactions") > 0
                || database.getLongProperty("rocksdb.num-running-flushes") > 0;
    }

    @Override
    public void close() {
        try {
            database.closeE();
        } catch (RocksDBException e) {
            throw new StoreException("RocksDB does not close", e);
        }
        options.close();
        reading.close();
        writing.close();
        bloom.close();
        cache.close();
    }

    /** Writes direct buffers and reads into an array: with 100 and 1024 bytes each is faster than the other by 5 to 15 %. */
    private static final class RocksSession implements Session {
        private final RocksDB database;
        private final WriteOptions writing;
        private final ReadOptions reading;
        private final ByteBuffer keyBuffer;
        private final ByteBuffer valueBuffer;
        private byte[] got;

        RocksSession(RocksDB database, WriteOptions writing, ReadOptions reading, Shape shape) {
            this.database = database;
            this.writing = writing;
            this.reading = reading;
            keyBuffer = ByteBuffer.allocateDirect(shape.keyBytes());
            valueBuffer = ByteBuffer.allocateDirect(shape.valueBytes());
            got = new byte[shape.valueBytes()];
        }

        @Override
        public void put(byte[] key, byte[] value) {
            keyBuffer.clear().put(0, key);
            valueBuffer.clear().put(0, value);
            try {
                database.put(writing, keyBuffer, valueBuffer);
            } catch (RocksDBException e) {
                throw new StoreException("RocksDB does not write", e);
            }
        }

        @Override
        public byte @Nullable [] getOrNull(byte[] key) {
            try {
                int bytes = database.get(reading, key, got);
                if (bytes == RocksDB.NOT_FOUND) {
                    return null;
                }
                if (bytes != got.length) {
                    got = database.get(reading, key);
                }
                return got;
            } catch (RocksDBException e) {
                throw new StoreException("RocksDB does not read", e);
            }
        }
    }
}

package io.titankv.benchmarks.engine;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

/** LMDB: a transaction for each put, and for each get one that is reset and renewed, as its manual advises. */
final class LmdbStore implements Store {
    /** A map is sparse; B+ tree pages that are half empty and those that readers hold need far less than this. */
    private static final long MAP_BYTES_PER_USER_BYTE = 8;

    private static final long MAP_BYTES_MIN = 4L << 30;

    /** Sessions are not bound to threads. */
    private static final EnvFlags[] SYNCED = {EnvFlags.MDB_NOTLS};

    private static final EnvFlags[] NOT_SYNCED = {EnvFlags.MDB_NOTLS, EnvFlags.MDB_NOSYNC};

    private final Env<ByteBuffer> environment;
    private final Dbi<ByteBuffer> database;
    private final Shape shape;

    /** @param synced whether each put is durable when it returns */
    LmdbStore(Path directory, Shape shape, boolean synced) {
        environment = Env.create()
                .setMapSize(Math.max(MAP_BYTES_MIN, MAP_BYTES_PER_USER_BYTE * shape.userBytes()))
                .setMaxDbs(1)
                .open(directory.toFile(), synced ? SYNCED : NOT_SYNCED);
        database = environment.openDbi("data", DbiFlags.MDB_CREATE);
        this.shape = shape;
    }

    @Override
    public Session session() {
        return new LmdbSession(environment, database, shape);
    }

    @Override
    public void close() {
        environment.close();
    }

    private static final class LmdbSession implements Session {
        private final Env<ByteBuffer> environment;
        private final Dbi<ByteBuffer> database;
        private final ByteBuffer keyBuffer;
        private final ByteBuffer valueBuffer;
        private final Txn<ByteBuffer> reading;
        private byte[] got;

        LmdbSession(Env<ByteBuffer> environment, Dbi<ByteBuffer> database, Shape shape) {
            this.environment = environment;
            this.database = database;
            keyBuffer = ByteBuffer.allocateDirect(shape.keyBytes());
            valueBuffer = ByteBuffer.allocateDirect(shape.valueBytes());
            got = new byte[shape.valueBytes()];
            reading = environment.txnRead();
            reading.reset();
        }

        @Override
        public void put(byte[] key, byte[] value) {
            keyBuffer.put(0, key);
            valueBuffer.put(0, value);
            try (Txn<ByteBuffer> writing = environment.txnWrite()) {
                database.put(writing, keyBuffer, valueBuffer);
                writing.commit();
            }
        }

        @Override
        public byte @Nullable [] getOrNull(byte[] key) {
            keyBuffer.put(0, key);
            reading.renew();
            try {
                ByteBuffer found = database.get(reading, keyBuffer);
                if (found == null) {
                    return null;
                }
                if (found.remaining() != got.length) {
                    got = new byte[found.remaining()];
                }
                found.get(found.position(), got);
                return got;
            } finally {
                reading.reset();
            }
        }

        @Override
        public void close() {
            reading.close();
        }
    }
}

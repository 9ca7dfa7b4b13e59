package io.titankv.benchmarks.engine;

import java.io.IOException;
import java.nio.file.Path;
import net.openhft.chronicle.map.ChronicleMap;
import org.jspecify.annotations.Nullable;

/** Chronicle Map persisted to a file: a table in mapped memory, without a log. Told the exact sizes, which is its best case. */
final class ChronicleStore implements Store {
    private final ChronicleMap<byte[], byte[]> map;
    private final int valueBytes;

    ChronicleStore(Path directory, Shape shape) {
        valueBytes = shape.valueBytes();
        try {
            map = ChronicleMap.of(byte[].class, byte[].class)
                    .name("data")
                    .constantKeySizeBySample(new byte[shape.keyBytes()])
                    .constantValueSizeBySample(new byte[valueBytes])
                    .entries(shape.keys())
                    .putReturnsNull(true)
                    .createPersistedTo(directory.resolve("data.map").toFile());
        } catch (IOException e) {
            throw new StoreException("Chronicle Map does not open", e);
        }
    }

    @Override
    public Session session() {
        return new ChronicleSession(map, valueBytes);
    }

    @Override
    public void close() {
        map.close();
    }

    private static final class ChronicleSession implements Session {
        private final ChronicleMap<byte[], byte[]> map;
        private final byte[] got;

        ChronicleSession(ChronicleMap<byte[], byte[]> map, int valueBytes) {
            this.map = map;
            got = new byte[valueBytes];
        }

        @Override
        public void put(byte[] key, byte[] value) {
            map.put(key, value);
        }

        @Override
        public byte @Nullable [] getOrNull(byte[] key) {
            return map.getUsing(key, got);
        }
    }
}

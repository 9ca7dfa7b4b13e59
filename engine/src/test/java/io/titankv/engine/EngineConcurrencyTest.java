package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers, a merge and syncs beside the writer, on the machine's disk. */
class EngineConcurrencyTest {
    private static final int KEYS = 64;
    private static final int WRITES = 20_000;

    @TempDir
    private Path directory;

    private final AtomicBoolean isOver = new AtomicBoolean();

    @Test
    void readersSeeEveryKeyAndNeverAnOlderValueThanBefore() throws Exception {
        EngineOptions options = EngineOptions.defaults().withDataFileBytesMax(64 << 10);
        try (Engine engine = Engine.open(directory.resolve("store"), options);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            for (int key = 0; key < KEYS; key++) {
                put(engine, key, 0);
            }
            List<Future<Long>> others = new ArrayList<>();
            others.add(threads.submit(() -> untilOver(() -> readKeys(engine))));
            others.add(threads.submit(() -> untilOver(() -> scanAll(engine))));
            others.add(threads.submit(() -> untilOver(() -> engine.mergeSome(20_000))));
            others.add(threads.submit(() -> untilOver(() -> {
                EntryPosition applied = engine.applied();
                assertThat(engine.sync()).isGreaterThanOrEqualTo(applied);
                return 1L;
            })));
            Random random = new Random(1);
            try {
                for (long i = 1; i <= WRITES; i++) {
                    put(engine, random.nextInt(KEYS), i);
                    if (i % (WRITES / 3) == 0) {
                        engine.checkpoint(directory.resolve("checkpoint" + i));
                    }
                }
            } finally {
                isOver.set(true);
            }
            for (Future<Long> other : others) {
                assertThat(other.get()).isPositive();
            }
            assertThat(engine.count(0, 0)).isEqualTo(KEYS);
        }
        try (Engine engine = Engine.open(directory.resolve("store"), options)) {
            assertThat(scanAll(engine)).isEqualTo(KEYS);
        }
    }

    @Test
    void writersUnderAlwaysShareTheirFsyncs() throws Exception {
        SimFileStore disk = new SimFileStore();
        EngineOptions options = EngineOptions.defaults().withSyncPolicy(new EngineOptions.SyncPolicy.Always());
        try (Engine engine = Engine.open(directory, options, disk, EngineListener.NONE);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            Object order = new Object();
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < 200; i++) {
                        EntryPosition position;
                        synchronized (order) {
                            position = new EntryPosition(1, engine.applied().index() + 1);
                            engine.apply(new WriteBatch(position).put(i, key(i), value(i), i));
                        }
                        assertThat(engine.synced()).isGreaterThanOrEqualTo(position);
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            assertThat(engine.synced()).isEqualTo(new EntryPosition(1, 799));
        }
    }

    private long untilOver(Callable<Long> round) throws Exception {
        long done = 0;
        while (!isOver.get()) {
            done += round.call();
        }
        return done + 1;
    }

    private final long[] lastSeen = new long[KEYS];

    private long readKeys(Engine engine) {
        for (int key = 0; key < KEYS; key++) {
            StoredRecord record = engine.getOrNull(token(key), key(key));
            assertThat(record).as("key %d", key).isNotNull();
            long value = record == null ? -1 : Long.parseLong(TestStore.text(record.valueArray()));
            assertThat(value).as("key %d", key).isGreaterThanOrEqualTo(lastSeen[key]);
            assertThat(engine.versionOf(token(key), key(key))).isGreaterThanOrEqualTo(value);
            lastSeen[key] = value;
        }
        assertThat(engine.count(0, 0)).isEqualTo(KEYS);
        return KEYS;
    }

    private static long scanAll(Engine engine) {
        long token = 0;
        MemorySegment after = null;
        long seen = 0;
        while (true) {
            ScanPage page = engine.scan(new ScanSpec(token, 0, after, 10, 1 << 20, true));
            seen += page.records().size();
            if (page.complete()) {
                assertThat(seen).isEqualTo(KEYS);
                return seen;
            }
            token = page.records().getLast().token();
            after = page.records().getLast().key();
        }
    }

    /** Two keys share a token. */
    private static long token(int key) {
        return (key / 2) * 0x0801_0203_0405_0607L;
    }

    private static MemorySegment key(int key) {
        return TestStore.bytes("key" + key);
    }

    private static MemorySegment value(long value) {
        return TestStore.bytes("" + value);
    }

    private static void put(Engine engine, int key, long value) {
        long index = engine.applied().index() + 1;
        engine.apply(new WriteBatch(new EntryPosition(1, index)).put(token(key), key(key), value(value), value + 1));
    }
}

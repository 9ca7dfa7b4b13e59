package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers, syncs and merges beside the writer, on a real disk. Each read must fit to one moment between its call and its return. */
class EngineReadersTest {
    private static final int KEYS = 100;

    /** Keys from here on come and go; those before always have a value, which only grows. */
    private static final int KEPT = 60;

    private static final int BATCHES = 3_000;

    /** Value of a kept key before a write began, and after it was done: a read lies between. */
    private final AtomicLongArray begun = new AtomicLongArray(KEYS);

    private final AtomicLongArray done = new AtomicLongArray(KEYS);
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong mergedBytes = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    @TempDir
    @Nullable
    Path temp;

    private ToLongFunction<String> tokenOf = TestStore.SPREAD;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readersNeverMissWhatIsThere(boolean oneToken) throws Exception {
        readBesideWrites(oneToken, NioFileStore.INSTANCE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readersNeverMissWhatIsThereWhileOverwritesAreBlind(boolean oneToken) throws Exception {
        SplittableRandom random = new SplittableRandom(4);
        readBesideWrites(oneToken, ColdFiles.over(NioFileStore.INSTANCE, () -> random.nextInt(3) > 0));
    }

    private void readBesideWrites(boolean oneToken, FileStore store) throws Exception {
        tokenOf = oneToken ? TestStore.ONE_TOKEN : TestStore.SPREAD;
        Path directory = Objects.requireNonNull(temp).resolve("store");
        EngineOptions options = EngineOptions.defaults().withDataFileBytesMax(16 << 10);
        try (Engine engine = Engine.open(directory, options, store, EngineListener.NONE)) {
            for (int key = 0; key < KEPT; key++) {
                write(engine, key, new SplittableRandom(key));
            }
            List<Thread> threads = new ArrayList<>();
            threads.add(start(() -> getAll(engine, new SplittableRandom(1))));
            threads.add(start(() -> scanAll(engine, new SplittableRandom(2))));
            threads.add(start(() -> mergeAll(engine)));
            threads.add(start(() -> syncAll(engine)));
            guarded(() -> writeAll(engine, new SplittableRandom(3)));
            stop.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            @Nullable Throwable failed = failure.get();
            if (failed != null) {
                throw new AssertionError(failed);
            }
            assertThat(reads.get()).isPositive();
            assertThat(mergedBytes.get()).as("merges ran").isPositive();
        }
        try (Engine engine = Engine.open(directory, options)) {
            for (int key = 0; key < KEPT; key++) {
                assertThat(read(engine, key)).isEqualTo(done.get(key));
            }
        }
    }

    private Thread start(Runnable body) {
        return Thread.ofPlatform().start(() -> guarded(body));
    }

    private void guarded(Runnable body) {
        try {
            body.run();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
            stop.set(true);
        }
    }

    private static String name(int key) {
        return "key" + key;
    }

    private void writeAll(Engine engine, SplittableRandom random) {
        for (int i = 0; i < BATCHES && !stop.get(); i++) {
            int key = random.nextInt(KEYS);
            if (key >= KEPT && random.nextBoolean()) {
                engine.apply(new WriteBatch(next(engine))
                        .delete(tokenOf.applyAsLong(name(key)), TestStore.bytes(name(key)), i + 1_000L));
            } else {
                write(engine, key, random);
            }
        }
    }

    private static EntryPosition next(Engine engine) {
        return new EntryPosition(1, engine.applied().index() + 1);
    }

    private void write(Engine engine, int key, SplittableRandom random) {
        EntryPosition position = next(engine);
        begun.set(key, position.index());
        String value = position.index() + ":" + name(key) + ":" + "x".repeat(random.nextInt(200));
        engine.apply(new WriteBatch(position)
                .put(
                        tokenOf.applyAsLong(name(key)),
                        TestStore.bytes(name(key)),
                        TestStore.bytes(value),
                        position.index() + 1));
        done.set(key, position.index());
    }

    private void getAll(Engine engine, SplittableRandom random) {
        while (!stop.get()) {
            int key = random.nextInt(KEPT);
            long least = done.get(key);
            long found = read(engine, key);
            require(found >= least && found <= begun.get(key), "key " + key + ": " + found + ", not before " + least);
            reads.incrementAndGet();
        }
    }

    private long read(Engine engine, int key) {
        StoredRecord record = engine.getOrNull(tokenOf.applyAsLong(name(key)), TestStore.bytes(name(key)));
        require(record != null, "a kept key is there: " + key);
        return indexOf(Objects.requireNonNull(record), name(key));
    }

    private static long indexOf(StoredRecord record, String name) {
        String[] parts = TestStore.text(record.valueArray()).split(":", -1);
        require(parts[1].equals(name), "the value is the key's: " + name + ", not " + parts[1]);
        require(record.position().index() == Long.parseLong(parts[0]), "the record is one");
        return record.position().index();
    }

    private void scanAll(Engine engine, SplittableRandom random) {
        while (!stop.get()) {
            long[] least = new long[KEPT];
            for (int key = 0; key < KEPT; key++) {
                least[key] = done.get(key);
            }
            boolean[] seen = new boolean[KEPT];
            ScanPage page;
            long token = 0;
            @Nullable StoredRecord last = null;
            do {
                page = engine.scan(new ScanSpec(
                        token, 0, last == null ? null : last.key(), 1 + random.nextInt(40), 1 << 20, true));
                for (StoredRecord record : page.records()) {
                    String name = TestStore.text(record.keyArray());
                    int key = Integer.parseInt(name.substring("key".length()));
                    long found = indexOf(record, name);
                    if (key < KEPT) {
                        require(!seen[key], "a key is scanned once: " + key);
                        require(found >= least[key] && found <= begun.get(key), "a scanned key is not stale: " + key);
                        seen[key] = true;
                    }
                    token = record.token();
                    last = record;
                }
            } while (!page.complete());
            for (int key = 0; key < KEPT; key++) {
                require(seen[key], "a scan misses no kept key: " + key);
            }
            long count = engine.count(0, 0);
            require(count >= KEPT && count <= KEYS, "a count: " + count);
            reads.incrementAndGet();
        }
    }

    private void mergeAll(Engine engine) {
        while (!stop.get()) {
            mergedBytes.addAndGet(engine.mergeSome(8 << 10));
        }
    }

    private void syncAll(Engine engine) {
        while (!stop.get()) {
            EntryPosition before = engine.applied();
            require(engine.sync().compareTo(before) >= 0, "a sync covers what was applied before");
        }
    }

    private static void require(boolean holds, String promise) {
        if (!holds) {
            throw new AssertionError(promise);
        }
    }
}

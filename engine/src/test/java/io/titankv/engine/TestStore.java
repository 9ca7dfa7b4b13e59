package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** An engine on a simulated disk, in the words of a test. Keys and values are texts; versions and positions count up. */
final class TestStore {
    static final Path DIRECTORY = Path.of("/store");

    /** Spreads keys over the ring. */
    static final ToLongFunction<String> SPREAD = key -> {
        long hash = 1125899906842597L;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x9E37_79B9_7F4A_7C15L;
            hash ^= hash >>> 29;
        }
        return hash;
    };

    /** The worst hash there is. */
    static final ToLongFunction<String> ONE_TOKEN = key -> 42;

    SimFileStore disk = new SimFileStore();
    EngineOptions options = EngineOptions.defaults().withDataFileBytesMax(2048);
    ToLongFunction<String> tokenOf = SPREAD;

    /** On the calling thread, so that the disk's operations come in the same order in every run. */
    Executor background = Runnable::run;

    final List<EngineListener.Recovered> recoveries = new ArrayList<>();
    final List<EngineListener.Merged> merges = new ArrayList<>();
    private @Nullable Engine open;

    TestStore open() {
        EngineListener listener = new EngineListener() {
            @Override
            public void onRecovered(Recovered recovered) {
                recoveries.add(recovered);
            }

            @Override
            public void onMerged(Merged merged) {
                merges.add(merged);
            }
        };
        open = Engine.open(DIRECTORY, options, disk, listener, background);
        return this;
    }

    boolean isOpen() {
        return open != null;
    }

    Engine engine() {
        if (open == null) {
            throw new IllegalStateException("not open");
        }
        return open;
    }

    void close() {
        Engine closing = engine();
        open = null;
        closing.close();
    }

    void reopen() {
        close();
        open();
    }

    /** The power fails; what was not synced may be gone. */
    void crash(Random random) {
        disk = disk.crash(random);
        open = null;
    }

    /** The process is killed. */
    void kill() {
        disk = disk.crashKeepingAll();
        open = null;
    }

    static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The next batch, filled by {@code content}. */
    WriteBatch batch(Consumer<WriteBatch> content) {
        WriteBatch batch =
                new WriteBatch(new EntryPosition(1, engine().applied().index() + 1));
        content.accept(batch);
        return batch;
    }

    void apply(Consumer<WriteBatch> content) {
        engine().apply(batch(content));
    }

    long nextVersion() {
        return engine().applied().index() + 2;
    }

    void put(String key, String value) {
        apply(batch -> put(batch, key, value));
    }

    void put(WriteBatch batch, String key, String value) {
        batch.put(tokenOf.applyAsLong(key), bytes(key), bytes(value), nextVersion());
    }

    void delete(String key) {
        apply(batch -> delete(batch, key));
    }

    void delete(WriteBatch batch, String key) {
        batch.delete(tokenOf.applyAsLong(key), bytes(key), nextVersion());
    }

    void dropRange(long startInclusive, long endExclusive) {
        apply(batch -> batch.dropRange(startInclusive, endExclusive, nextVersion()));
    }

    @Nullable
    String get(String key) {
        StoredRecord record = engine().getOrNull(tokenOf.applyAsLong(key), bytes(key));
        return record == null ? null : text(record.valueArray());
    }

    /** Merges until nothing is worth merging; planning must come to rest. */
    void mergeAll() {
        for (int slices = 0; engine().mergeSome(1 << 20) > 0; slices++) {
            if (slices > 1000) {
                throw new AssertionError("merging does not come to rest");
            }
        }
    }

    /** All records, read by pages of the size. */
    Map<String, String> scan(int recordsMax) {
        return scan(engine(), recordsMax);
    }

    Map<String, String> scan(Engine engine, int recordsMax) {
        Map<String, String> all = new TreeMap<>();
        long token = 0;
        MemorySegment after = null;
        while (true) {
            ScanPage page = engine.scan(new ScanSpec(token, 0, after, recordsMax, 1 << 20, true));
            for (StoredRecord record : page.records()) {
                String previous = all.put(text(record.keyArray()), text(record.valueArray()));
                if (previous != null) {
                    throw new AssertionError("twice in a scan: " + text(record.keyArray()));
                }
            }
            if (page.complete()) {
                return all;
            }
            token = page.records().getLast().token();
            after = page.records().getLast().key();
        }
    }

    List<String> files() {
        try {
            return disk.list(DIRECTORY);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** What a store must hold, in sorted maps; and a story of random batches told to both. One state for each entry. */
final class StoreModel {
    /** Everything that one entry leaves behind. */
    record State(Map<String, String> records, Map<String, String> meta) {
        static final State EMPTY = new State(Map.of(), Map.of());
    }

    private static final int KEYS = 24;

    private final TestStore store;
    private final Random random;
    /** State after each entry; the entry's index is the map's key. */
    private final TreeMap<Long, State> states = new TreeMap<>();

    private long indexInFlight = -1;
    private State inFlight = State.EMPTY;

    StoreModel(TestStore store, Random random) {
        this.store = store;
        this.random = random;
        states.put(-1L, State.EMPTY);
    }

    String randomKey() {
        return "key" + random.nextInt(KEYS);
    }

    /** Applies a batch of random operations to store and model. When the store throws, the model keeps the state before. */
    void applyRandomBatch() {
        TreeMap<String, String> records = new TreeMap<>(state().records());
        TreeMap<String, String> meta = new TreeMap<>(state().meta());
        WriteBatch batch = store.batch(content -> {
            int operations = random.nextInt(6);
            for (int i = 0; i < operations; i++) {
                addRandomOperation(content, records, meta);
            }
        });
        indexInFlight = batch.position().index();
        inFlight = new State(Map.copyOf(records), Map.copyOf(meta));
        store.engine().apply(batch);
        states.put(indexInFlight, inFlight);
    }

    private void addRandomOperation(WriteBatch batch, Map<String, String> records, Map<String, String> meta) {
        String key = randomKey();
        int kind = random.nextInt(100);
        if (kind < 60) {
            String value = batch.position().index() + "-" + "v".repeat(random.nextInt(120));
            store.put(batch, key, value);
            records.put(key, value);
        } else if (kind < 85) {
            store.delete(batch, key);
            records.remove(key);
        } else if (kind < 90) {
            long start = store.tokenOf.applyAsLong(key);
            long end = random.nextBoolean() ? start + 1 : store.tokenOf.applyAsLong(randomKey());
            if (end != 0 && Long.compareUnsigned(start, end) > 0) {
                long swapped = start;
                start = end;
                end = swapped;
            }
            batch.dropRange(start, end, store.nextVersion());
            RangeDrops.Drop drop = new RangeDrops.Drop(start, end, 0, 0);
            records.keySet().removeIf(each -> drop.covers(store.tokenOf.applyAsLong(each)));
        } else if (kind < 96) {
            String value = "m" + batch.position().index();
            batch.putMeta(key, value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            meta.put(key, value);
        } else {
            batch.deleteMeta(key);
            meta.remove(key);
        }
    }

    /** What the store must hold now. */
    State state() {
        return states.lastEntry().getValue();
    }

    /** After a crash: what was synced must be there, and everything up to one entry, whole. */
    void onRecovered(EntryPosition synced) {
        long recovered = store.engine().applied().index();
        assertThat(recovered).as("recovered entry").isGreaterThanOrEqualTo(synced.index());
        if (recovered == indexInFlight && recovered > states.lastKey()) {
            states.put(recovered, inFlight);
        }
        assertThat(states).as("entries that were written").containsKey(recovered);
        states.tailMap(recovered, false).clear();
        check();
    }

    void check() {
        check(store.engine());
    }

    void check(Engine engine) {
        State expected = state();
        assertThat(engine.applied().index()).as("applied").isEqualTo(states.lastKey());
        assertThat(store.scan(engine, 1 + random.nextInt(9))).as("scan").isEqualTo(expected.records());
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add("key" + i);
        }
        for (String key : keys) {
            StoredRecord record = engine.getOrNull(store.tokenOf.applyAsLong(key), TestStore.bytes(key));
            assertThat(record == null ? null : TestStore.text(record.valueArray()))
                    .as(key)
                    .isEqualTo(expected.records().get(key));
        }
        checkCount(engine, 0, 0);
        long start = store.tokenOf.applyAsLong(randomKey());
        checkCount(engine, start, start + 1);
        checkCount(engine, start, 0);
        Map<String, String> meta = new TreeMap<>();
        engine.metaWithPrefix("").forEach((name, value) -> meta.put(name, TestStore.text(value)));
        assertThat(meta).as("metadata").isEqualTo(expected.meta());
        EngineStats stats = engine.stats();
        assertThat(stats.keys()).isEqualTo(expected.records().size());
        assertThat(stats.liveBytes()).isEqualTo(liveBytes(expected));
    }

    private static long liveBytes(State state) {
        long bytes = 0;
        for (Map<String, String> map : List.of(state.records(), state.meta())) {
            for (Map.Entry<String, String> entry : map.entrySet()) {
                bytes += RecordFormat.recordBytes(
                        entry.getKey().length(), entry.getValue().length());
            }
        }
        return bytes;
    }

    private void checkCount(Engine engine, long start, long end) {
        RangeDrops.Drop range = new RangeDrops.Drop(start, end, 0, 0);
        assertThat(engine.count(start, end))
                .as("count")
                .isEqualTo(state().records().keySet().stream()
                        .filter(key -> range.covers(store.tokenOf.applyAsLong(key)))
                        .count());
    }
}

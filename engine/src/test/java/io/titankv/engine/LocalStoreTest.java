package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStoreTest {
    @TempDir
    private Path directory = Path.of("unset");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static Map<String, String> all(LocalStore store) {
        Map<String, String> found = new TreeMap<>();
        store.forEach((key, value) -> assertThat(found.put(String.valueOf(text(key)), String.valueOf(text(value))))
                .isNull());
        return found;
    }

    @Test
    void isAMapThatStays() {
        try (LocalStore store = LocalStore.open(directory)) {
            store.put(bytes("a"), bytes("1"));
            store.put(bytes("b"), bytes("2"));
            store.put(bytes("a"), bytes("3"));
            store.delete(bytes("b"));
            store.delete(bytes("never there"));
            store.put(bytes("empty"), bytes(""));
            assertThat(text(store.getOrNull(bytes("a")))).isEqualTo("3");
            assertThat(store.getOrNull(bytes("b"))).isNull();
        }
        try (LocalStore store = LocalStore.open(directory)) {
            assertThat(all(store)).isEqualTo(Map.of("a", "3", "empty", ""));
            assertThat(store.count()).isEqualTo(2);
            store.put(bytes("c"), bytes("4"));
            assertThat(text(store.getOrNull(bytes("c")))).isEqualTo("4");
        }
    }

    @Test
    void aBatchIsWrittenWholeAndReadInPages() {
        Map<String, String> expected = new TreeMap<>();
        try (LocalStore store = LocalStore.open(directory)) {
            store.write(batch -> {
                for (int i = 0; i < 2500; i++) {
                    batch.put(bytes("key-" + i), bytes("value-" + i));
                    expected.put("key-" + i, "value-" + i);
                }
                batch.delete(bytes("key-7")).put(bytes("key-8"), bytes("again"));
            });
            expected.remove("key-7");
            expected.put("key-8", "again");
            store.write(batch -> {});
            assertThat(all(store)).isEqualTo(expected);
            assertThatThrownBy(() -> store.write(batch -> {
                        batch.put(bytes("half"), bytes("a batch"));
                        throw new IllegalStateException("thought better of it");
                    }))
                    .hasMessageContaining("better");
            assertThat(all(store)).isEqualTo(expected);
        }
    }

    @Test
    void whatIsDeadIsMergedAway() {
        EngineOptions small = EngineOptions.defaults().withDataFileBytesMax(100_000);
        try (LocalStore store = LocalStore.open(directory, small)) {
            for (int i = 0; i < 10_000; i++) {
                store.put(bytes("key-" + i % 100), bytes("value-" + i));
            }
            long before = store.stats().deadBytes();
            while (store.merge(1 << 20) > 0) {
                assertThat(store.count()).isEqualTo(100);
            }
            assertThat(store.stats().deadBytes()).isLessThan(before / 2);
            assertThat(text(store.getOrNull(bytes("key-7")))).isEqualTo("value-9907");
        }
    }

    @Test
    void badKeysAreRefusedAndChangeNothing() {
        try (LocalStore store = LocalStore.open(directory)) {
            assertThatThrownBy(() -> store.put(new byte[0], bytes("v")))
                    .hasMessageContaining("key must have 1 to 65535");
            assertThatThrownBy(() -> store.put(new byte[65_536], bytes("v"))).hasMessageContaining("65536");
            assertThat(store.count()).isZero();
        }
    }

    @Test
    void anotherOpenerIsRefused() {
        try (LocalStore store = LocalStore.open(directory)) {
            store.put(bytes("a"), bytes("1"));
            assertThatThrownBy(() -> LocalStore.open(directory)).hasStackTraceContaining("is in use by this process");
        }
    }

    /** Each of many writers is answered only after an fsync that covers its write, though they share them. */
    @Test
    void underAlwaysWhatWasAnsweredSurvivesACrash() throws InterruptedException {
        EngineOptions always = EngineOptions.defaults().withSyncPolicy(new EngineOptions.SyncPolicy.Always());
        for (int seed = 0; seed < 20; seed++) {
            SimFileStore disk = new SimFileStore();
            LocalStore store = LocalStore.open(TestStore.DIRECTORY, always, disk);
            Set<String> answered = ConcurrentHashMap.newKeySet();
            AtomicBoolean stop = new AtomicBoolean();
            Thread[] writers = new Thread[8];
            for (int i = 0; i < writers.length; i++) {
                int writer = i;
                writers[i] = Thread.ofPlatform().start(() -> {
                    for (int n = 0; !stop.get(); n++) {
                        String key = writer + "-" + n;
                        try {
                            store.put(bytes(key), bytes(key));
                        } catch (StorageException | IllegalStateException e) {
                            return; // the disk is gone
                        }
                        answered.add(key);
                    }
                });
            }
            while (answered.size() < 200) {
                Thread.onSpinWait();
            }
            Set<String> promised = Set.copyOf(answered);
            SimFileStore after = disk.crash(new Random(seed));
            stop.set(true);
            for (Thread writer : writers) {
                writer.join();
            }
            try (LocalStore again = LocalStore.open(TestStore.DIRECTORY, always, after)) {
                assertThat(all(again)).as("seed %d", seed).containsKeys(promised.toArray(String[]::new));
            }
        }
    }
}

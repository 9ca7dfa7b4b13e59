package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.titankv.engine.EngineOptions.Owner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
    private final TestStore store = new TestStore().open();

    @Test
    void whatWasPutIsRead() {
        store.put("a", "1");
        store.put("b", "");
        StoredRecord record =
                Objects.requireNonNull(store.engine().getOrNull(store.tokenOf.applyAsLong("a"), TestStore.bytes("a")));
        assertThat(record.version()).isEqualTo(1);
        assertThat(record.position()).isEqualTo(new EntryPosition(1, 0));
        assertThat(TestStore.text(record.keyArray())).isEqualTo("a");
        assertThat(TestStore.text(record.valueArray())).isEqualTo("1");
        assertThat(store.get("b")).isEmpty();
        assertThat(store.get("c")).isNull();
        assertThat(store.engine().versionOf(store.tokenOf.applyAsLong("b"), TestStore.bytes("b")))
                .isEqualTo(2);
        assertThat(store.engine().versionOf(1, TestStore.bytes("c"))).isZero();
    }

    @Test
    void theLastWriteStandsAlsoAfterReopening() {
        Map<String, String> model = fill(300);
        assertThat(store.scan(7)).isEqualTo(model);
        assertThat(store.engine().count(0, 0)).isEqualTo(model.size());
        assertThat(store.files()).hasSizeGreaterThan(10);
        EntryPosition applied = store.engine().applied();
        store.reopen();
        assertThat(store.scan(1000)).isEqualTo(model);
        assertThat(store.engine().count(0, 0)).isEqualTo(model.size());
        assertThat(store.engine().applied()).isEqualTo(applied);
        assertThat(store.engine().synced()).isEqualTo(applied);
        assertThat(store.recoveries.getLast().bytesCut()).isZero();
    }

    @Test
    void keysOfOneTokenLiveSideBySide() {
        store.tokenOf = TestStore.ONE_TOKEN;
        Map<String, String> model = fill(200);
        for (int i = 0; i < 2; i++) {
            assertThat(store.scan(3)).isEqualTo(model);
            model.forEach((key, value) -> assertThat(store.get(key)).isEqualTo(value));
            assertThat(store.engine().count(42, 43)).isEqualTo(model.size());
            store.reopen();
        }
        store.dropRange(42, 43);
        assertThat(store.scan(3)).isEmpty();
    }

    @Test
    void aBatchIsJudgedInItsOrder() {
        store.put("old", "1");
        store.apply(batch -> {
            store.put(batch, "a", "1");
            store.put(batch, "a", "2");
            store.delete(batch, "old");
            store.put(batch, "old", "2");
            store.put(batch, "b", "1");
            store.delete(batch, "b");
            store.delete(batch, "never");
            store.put(batch, "dropped", "1");
            batch.dropRange(store.tokenOf.applyAsLong("dropped"), store.tokenOf.applyAsLong("dropped") + 1, 3);
            batch.putMeta("m", new byte[] {1});
            batch.putMeta("n", new byte[] {2});
            batch.deleteMeta("n");
        });
        for (int i = 0; i < 2; i++) {
            assertThat(store.scan(10)).isEqualTo(Map.of("a", "2", "old", "2"));
            assertThat(store.engine().metaWithPrefix("")).containsOnlyKeys("m");
            assertThat(store.engine().metaOrNull("m")).containsExactly(1);
            store.reopen();
        }
    }

    @Test
    void theGreatestVersionOfABatchStands() {
        store.apply(batch -> batch.put(1, TestStore.bytes("k"), TestStore.bytes("new"), 20)
                .put(1, TestStore.bytes("k"), TestStore.bytes("old"), 10)
                .delete(1, TestStore.bytes("k"), 15));
        for (int i = 0; i < 2; i++) {
            assertThat(store.engine().versionOf(1, TestStore.bytes("k"))).isEqualTo(20);
            store.reopen();
        }
    }

    @Test
    void aDropBuriesWhatWasBeforeOnly() {
        store.apply(batch -> batch.put(10, TestStore.bytes("a"), TestStore.bytes("1"), 1)
                .put(20, TestStore.bytes("b"), TestStore.bytes("1"), 1)
                .put(30, TestStore.bytes("c"), TestStore.bytes("1"), 1));
        store.apply(batch -> batch.dropRange(10, 30, 2).put(20, TestStore.bytes("b"), TestStore.bytes("2"), 2));
        for (int i = 0; i < 2; i++) {
            assertThat(store.scan(10)).isEqualTo(Map.of("b", "2", "c", "1"));
            assertThat(store.engine().count(0, 20)).isZero();
            assertThat(store.engine().count(20, 31)).isEqualTo(2);
            assertThat(store.engine().count(20, 20)).isZero();
            store.reopen();
        }
    }

    @Test
    void anEmptyBatchMovesThePosition() {
        store.put("a", "1");
        store.apply(batch -> {});
        store.apply(batch -> store.delete(batch, "never"));
        assertThat(store.engine().applied().index()).isEqualTo(2);
        store.reopen();
        assertThat(store.engine().applied().index()).isEqualTo(2);
    }

    @Test
    void positionsMustRise() {
        store.put("a", "1");
        store.put("a", "2");
        assertThatThrownBy(() -> store.engine().apply(new WriteBatch(new EntryPosition(1, 1))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.engine().apply(new WriteBatch(new EntryPosition(0, 5))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WriteBatch(EntryPosition.NONE)).isInstanceOf(IllegalArgumentException.class);
        store.put("a", "3");
        assertThat(store.get("a")).isEqualTo("3");
    }

    @Test
    void limitsAreChecked() {
        WriteBatch batch = new WriteBatch(new EntryPosition(1, 0));
        assertThatThrownBy(() -> batch.put(1, TestStore.bytes(""), TestStore.bytes(""), 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> batch.put(1, TestStore.bytes("k".repeat(65536)), TestStore.bytes(""), 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> batch.dropRange(5, 4, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EngineOptions.defaults().withDataFileBytesMax(1L << 32))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(batch.isEmpty()).isTrue();
        String longest = "k".repeat(65535);
        store.put(longest, "v".repeat(17 << 20));
        store.reopen();
        assertThat(store.get(longest)).hasSize(17 << 20);
        assertThat(store.engine().versionOf(store.tokenOf.applyAsLong(longest), TestStore.bytes(longest)))
                .isEqualTo(1);
        assertThat(store.scan(10)).containsOnlyKeys(longest);
    }

    @Test
    void aPageEndsAtItsLimits() {
        fill(50);
        ScanPage byRecords = store.engine().scan(new ScanSpec(0, 0, null, 3, 1 << 20, true));
        assertThat(byRecords.records()).hasSize(3);
        assertThat(byRecords.complete()).isFalse();
        ScanPage byBytes = store.engine().scan(new ScanSpec(0, 0, null, 1000, 1, true));
        assertThat(byBytes.records()).hasSize(1);
        ScanPage keysOnly = store.engine().scan(new ScanSpec(0, 0, null, Integer.MAX_VALUE, Long.MAX_VALUE, false));
        assertThat(keysOnly.complete()).isTrue();
        assertThat(keysOnly.records()).isNotEmpty().allSatisfy(record -> {
            assertThat(record.value().byteSize()).isZero();
            assertThat(record.place().valueBytes()).isPositive();
        });
        assertThat(store.engine().scan(new ScanSpec(7, 7, null, 1, 1, true)).complete())
                .isTrue();
    }

    @Nested
    class Recovery {
        @Test
        void aPowerLossKeepsWhatWasSyncedAndOnlyWholeBatches() {
            for (int seed = 0; seed < 200; seed++) {
                TestStore each = new TestStore().open();
                Random random = new Random(seed);
                int batches = 1 + random.nextInt(60);
                EntryPosition synced = EntryPosition.NONE;
                for (int i = 0; i < batches; i++) {
                    int number = i;
                    each.apply(batch -> {
                        each.put(batch, "left", "" + number);
                        each.put(batch, "key" + number % 7, "x".repeat(number));
                        each.put(batch, "right", "" + number);
                    });
                    if (random.nextInt(10) == 0) {
                        synced = each.engine().sync();
                    }
                }
                each.crash(random);
                each.open();
                EntryPosition recovered = each.engine().applied();
                assertThat(recovered).as("seed %d", seed).isGreaterThanOrEqualTo(synced);
                if (!recovered.isNone()) {
                    assertThat(each.get("left")).as("seed %d", seed).isEqualTo("" + recovered.index());
                    assertThat(each.get("right")).as("seed %d", seed).isEqualTo("" + recovered.index());
                }
                each.put("after", "crash");
                each.reopen();
                assertThat(each.get("after")).isEqualTo("crash");
            }
        }

        @Test
        void aBadRecordBeforeTheSyncMarkIsAnError() {
            store.put("a", "1");
            store.engine().sync();
            store.put("b", "1");
            store.kill();
            store.disk.corrupt(data(1), DataFileHeader.BYTES + 10, 1);
            assertThatThrownBy(store::open).isInstanceOfSatisfying(CorruptDataException.class, e -> {
                assertThat(e.file()).isEqualTo(data(1));
                assertThat(e.offset()).isEqualTo(DataFileHeader.BYTES);
            });
        }

        @Test
        void aBadRecordBehindTheSyncMarkIsCut() {
            store.put("a", "1");
            store.engine().sync();
            long end = store.disk.bytes(data(1)).length;
            store.put("b", "1");
            store.put("c", "1");
            store.kill();
            store.disk.corrupt(data(1), end + 10, 1);
            store.open();
            assertThat(store.scan(10)).isEqualTo(Map.of("a", "1"));
            assertThat(store.engine().applied().index()).isZero();
            assertThat(store.recoveries.getLast().bytesCut()).isPositive();
        }

        @Test
        void aMissingOrBadHintFileIsRebuilt() throws Exception {
            Map<String, String> model = fill(100);
            store.close();
            store.disk.delete(TestStore.DIRECTORY.resolve(FileNames.hint(1)));
            store.disk.corrupt(TestStore.DIRECTORY.resolve(FileNames.hint(2)), 60, 4);
            store.open();
            assertThat(store.recoveries.getLast().hintsRebuilt()).isEqualTo(2);
            assertThat(store.scan(100)).isEqualTo(model);
            store.reopen();
            assertThat(store.recoveries.getLast().hintsRebuilt()).isZero();
        }

        @Test
        void aMissingDataFileIsAnError() throws Exception {
            fill(100);
            store.close();
            store.disk.delete(data(1));
            assertThatThrownBy(store::open)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("data file missing");
        }

        @Test
        void aMissingManifestBesideDataIsAnError() throws Exception {
            store.put("a", "1");
            store.close();
            store.disk.delete(TestStore.DIRECTORY.resolve(FileNames.MANIFEST));
            assertThatThrownBy(store::open).isInstanceOf(CorruptDataException.class);
        }

        @Test
        void rotIsFoundByTheReadThatMeetsIt() {
            store.put("a", "1");
            store.put("b", "1");
            store.disk.corrupt(data(1), DataFileHeader.BYTES + RecordFormat.HEADER_BYTES + 1, 1);
            assertThatThrownBy(() -> store.get("a")).isInstanceOf(CorruptDataException.class);
            assertThat(store.get("b")).isEqualTo("1");
            assertThat(store.engine().versionOf(store.tokenOf.applyAsLong("a"), TestStore.bytes("a")))
                    .isEqualTo(1);
        }
    }

    @Test
    void aDirectoryIsOpenedOnceOnlyAndByItsOwner(@TempDir Path directory) {
        EngineOptions options = EngineOptions.defaults().withOwner(new Owner(7, 3));
        try (Engine engine = Engine.open(directory, options)) {
            engine.apply(new WriteBatch(new EntryPosition(1, 1)).putMeta("m", new byte[1]));
            assertThatThrownBy(() -> Engine.open(directory, options))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining(directory.toString());
        }
        assertThatThrownBy(() -> Engine.open(directory, options.withOwner(new Owner(7, 4))))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("group 3");
        try (Engine engine = Engine.open(directory, options)) {
            assertThat(engine.metaOrNull("m")).containsExactly(0);
        }
    }

    @Test
    void aCheckpointOpensAsAnEngineAndGoesItsOwnWay() {
        Map<String, String> model = fill(120);
        Checkpoint checkpoint = store.engine().checkpoint(Path.of("/checkpoint"));
        assertThat(checkpoint.position()).isEqualTo(store.engine().applied());
        for (Checkpoint.File file : checkpoint.files()) {
            byte[] bytes = store.disk.bytes(checkpoint.directory().resolve(file.name()));
            java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
            crc.update(bytes);
            assertThat(file.bytes()).isEqualTo(bytes.length);
            assertThat(file.crc32c()).isEqualTo((int) crc.getValue());
        }
        store.put("after", "checkpoint");
        store.dropRange(0, 0);
        try (Engine copy = Engine.open(checkpoint.directory(), store.options, store.disk, EngineListener.NONE)) {
            assertThat(copy.applied()).isEqualTo(checkpoint.position());
            assertThat(copy.count(0, 0)).isEqualTo(model.size());
            copy.apply(new WriteBatch(new EntryPosition(1, 1000)).dropRange(0, 0, 1));
        }
        store.reopen();
        assertThat(store.engine().count(0, 0)).isZero();
        assertThatThrownBy(() -> store.engine().checkpoint(Path.of("/checkpoint")))
                .isInstanceOf(StorageException.class);
    }

    @Test
    void anIntervalSyncsByItself() {
        store.close();
        store.options = store.options.withSyncPolicy(new EngineOptions.SyncPolicy.Interval(Duration.ofMillis(1)));
        store.open();
        store.put("a", "1");
        EntryPosition applied = store.engine().applied();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> store.engine().synced().equals(applied));
        store.close();
    }

    @Test
    void closedMeansClosed() {
        Engine engine = store.engine();
        engine.close();
        engine.close();
        assertThatThrownBy(() -> engine.getOrNull(1, TestStore.bytes("a"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> engine.count(0, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(engine::sync).isInstanceOf(IllegalStateException.class);
        assertThat(store.disk.openFiles()).isZero();
    }

    private static Path data(long fileId) {
        return TestStore.DIRECTORY.resolve(FileNames.data(fileId));
    }

    /** Puts, overwrites and deletes; returns what must be there. */
    private Map<String, String> fill(int batches) {
        Map<String, String> model = new TreeMap<>();
        Random random = new Random(batches);
        for (int i = 0; i < batches; i++) {
            String key = "key" + random.nextInt(40);
            if (random.nextInt(4) == 0) {
                store.delete(key);
                model.remove(key);
            } else {
                String value = "value" + i + "x".repeat(random.nextInt(100));
                store.put(key, value);
                model.put(key, value);
            }
        }
        return model;
    }
}

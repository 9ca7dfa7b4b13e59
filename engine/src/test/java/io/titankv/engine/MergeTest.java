package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MergeTest {
    private final TestStore store = new TestStore().open();

    @Test
    void spaceStaysInProportionToWhatLives() {
        Random random = new Random(1);
        for (int i = 0; i < 3000; i++) {
            store.put("key" + random.nextInt(200), "v".repeat(50 + random.nextInt(100)));
            store.engine().mergeSome(500);
        }
        store.mergeAll();
        EngineStats stats = store.engine().stats();
        // The limit, and the active file and one more that may be dead wholly.
        assertThat(stats.liveBytes() + stats.deadBytes()).isLessThan((long) (stats.liveBytes() * 1.6) + 2 * 2048);
        assertThat(store.merges).isNotEmpty();
        assertThat(store.engine().count(0, 0)).isEqualTo(200);
        // And one to be written next.
        assertThat(store.files().stream().filter(name -> name.endsWith(".data")).count())
                .isBetween((long) stats.dataFiles(), stats.dataFiles() + 1L);
    }

    @Test
    void aMergeOfAllLeavesNothingDeadAndIsNotBegunTwice() {
        for (int i = 0; i < 60; i++) {
            store.put("key" + i, "v".repeat(50));
        }
        store.delete("key7");
        assertThat(store.engine().stats().deadBytes()).isPositive();
        assertThat(store.engine().beginMergeOfAll()).isTrue();
        store.mergeAll();
        assertThat(store.engine().stats().deadBytes()).isZero();
        assertThat(store.engine().stats().tombstones()).isZero();
        assertThat(store.engine().beginMergeOfAll()).isFalse();
        assertThat(store.scan(10)).hasSize(59).doesNotContainKey("key7");
        store.reopen();
        assertThat(store.scan(10)).hasSize(59);
    }

    @Test
    void tombstonesGoWhenNothingOlderIsLeft() {
        for (int i = 0; i < 200; i++) {
            store.put("key" + i, "v".repeat(50));
        }
        for (int i = 0; i < 200; i++) {
            store.delete("key" + i);
        }
        store.engine().checkpoint(java.nio.file.Path.of("/seals"));
        assertThat(store.engine().stats().tombstones()).isEqualTo(200);
        store.mergeAll();
        assertThat(store.engine().stats().tombstones()).isZero();
        assertThat(store.engine().stats().deadBytes()).isZero();
        assertThat(store.engine().applied().index()).isEqualTo(399);
        store.reopen();
        assertThat(store.engine().count(0, 0)).isZero();
        assertThat(store.engine().applied().index()).isEqualTo(399);
    }

    @Test
    void aTombstoneStaysWhileAnOlderFileHoldsItsKey() {
        // One file of records that live, but for one; then files that are dead wholly but for the tombstone.
        for (int i = 0; i < 12; i++) {
            store.put("old" + i, "v".repeat(100));
        }
        store.engine().checkpoint(java.nio.file.Path.of("/first"));
        store.delete("old3");
        for (int i = 0; i < 100; i++) {
            store.put("new", "v".repeat(100));
        }
        store.mergeAll();
        assertThat(store.engine().stats().tombstones()).isEqualTo(1);
        store.reopen();
        assertThat(store.get("old3")).isNull();
        assertThat(store.engine().count(0, 0)).isEqualTo(12);
    }

    @Test
    void aMergeDoesNotRelyOnWhatAPowerLossTakes() {
        for (int seed = 0; seed < 30; seed++) {
            TestStore each = new TestStore().open();
            for (int i = 0; i < 40; i++) {
                each.put("key" + i % 10, "old" + "v".repeat(60));
            }
            each.engine().sync();
            long synced = each.engine().applied().index();
            // Not synced by anybody but, where it must, by the merge.
            for (int i = 0; i < 10; i++) {
                each.put("key" + i, "new");
            }
            each.mergeAll();
            each.crash(new Random(seed));
            each.open();
            long recovered = each.engine().applied().index();
            assertThat(recovered).isGreaterThanOrEqualTo(synced);
            for (int i = 0; i < 10; i++) {
                String value = each.get("key" + i);
                assertThat(value).as("seed %d, key%d", seed, i).isNotNull();
                assertThat("new".equals(value)).isEqualTo(recovered > synced + i);
            }
        }
    }

    @Test
    void aCorruptVictimIsReportedOnceAndLeftAlone() {
        for (int i = 0; i < 60; i++) {
            store.put("key" + i % 3, "v".repeat(100));
        }
        store.disk.corrupt(TestStore.DIRECTORY.resolve(FileNames.data(1)), DataFileHeader.BYTES + 20, 1);
        assertThatThrownBy(store::mergeAll)
                .isInstanceOfSatisfying(
                        CorruptDataException.class,
                        e -> assertThat(e.file()).isEqualTo(TestStore.DIRECTORY.resolve(FileNames.data(1))));
        store.mergeAll();
        assertThat(store.merges).isNotEmpty();
        assertThat(store.files()).contains(FileNames.data(1)).doesNotContain(FileNames.data(2));
        assertThat(store.scan(10)).hasSize(3);
    }

    @Test
    void keysOfOneTokenAndMetadataSurvive() {
        store.tokenOf = TestStore.ONE_TOKEN;
        for (int i = 0; i < 100; i++) {
            int number = i;
            store.apply(batch -> {
                store.put(batch, "key" + number % 5, "" + number);
                batch.putMeta("meta" + number % 2, new byte[] {(byte) number});
            });
        }
        store.mergeAll();
        assertThat(store.merges).isNotEmpty();
        for (int i = 0; i < 2; i++) {
            assertThat(store.scan(2))
                    .isEqualTo(Map.of("key0", "95", "key1", "96", "key2", "97", "key3", "98", "key4", "99"));
            assertThat(store.engine().metaOrNull("meta0")).containsExactly(98);
            assertThat(store.engine().metaOrNull("meta1")).containsExactly(99);
            store.reopen();
        }
    }
}

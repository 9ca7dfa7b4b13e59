package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Puts of keys whose old records would have to come from the disk. */
class BlindOverwriteTest {
    private final TestStore store = coldStore();

    private static TestStore coldStore() {
        TestStore cold = new TestStore();
        cold.disk.setCold(true);
        return cold.open();
    }

    private long operationsOf(Runnable action) {
        long before = store.disk.operations();
        action.run();
        return store.disk.operations() - before;
    }

    @Test
    void anOverwriteReadsNothing() {
        store.put("k", "1");
        long ofAPut = operationsOf(() -> store.put("other", "1"));
        assertThat(operationsOf(() -> store.put("k", "2"))).isEqualTo(ofAPut);
        assertThat(store.get("k")).isEqualTo("2");
    }

    @Test
    void anOverwriteOfWhatIsCachedIsCheckedAtOnce() {
        store.disk.setCold(false);
        store.put("k", "1");
        long ofAPut = operationsOf(() -> store.put("other", "1"));
        assertThat(operationsOf(() -> store.put("k", "2"))).isEqualTo(ofAPut + 1);
    }

    @Test
    void theThirdPutReadsTheSecondOnly() {
        store.put("k", "1");
        store.put("k", "2");
        long ofAPut = operationsOf(() -> store.put("other", "1"));
        assertThat(operationsOf(() -> store.put("k", "3"))).isEqualTo(ofAPut + 1);
        assertThat(store.get("k")).isEqualTo("3");
        assertThat(store.engine().count(0, 0)).isEqualTo(2);
    }

    @Test
    void aReadTakesTheLastRecordAndNoOther() {
        store.put("k", "1");
        store.put("k", "2");
        assertThat(operationsOf(() -> store.get("k"))).isEqualTo(1);
    }

    @Test
    void aDeleteLeavesNothing() {
        store.put("k", "1");
        store.put("k", "2");
        store.delete("k");
        assertThat(store.get("k")).isNull();
        assertThat(store.engine().stats().keys()).isZero();
        assertThat(store.engine().stats().liveBytes()).isZero();
        store.reopen();
        assertThat(store.get("k")).isNull();
    }

    @Test
    void aPutAndADeleteInOneBatchLeaveNothing() {
        store.put("k", "1");
        store.apply(batch -> {
            store.put(batch, "k", "2");
            store.put(batch, "k", "3");
            store.delete(batch, "k");
        });
        assertThat(store.get("k")).isNull();
        assertThat(store.engine().count(0, 0)).isZero();
    }

    @Test
    void aPutOfAnUncheckedKeyAndADeleteInOneBatchLeaveNothing() {
        store.put("k", "1");
        store.put("k", "2");
        store.apply(batch -> {
            store.put(batch, "k", "3");
            store.delete(batch, "k");
        });
        assertThat(store.get("k")).isNull();
        assertThat(store.engine().count(0, 0)).isZero();
    }

    @Test
    void aScanShowsEachKeyOnce() {
        store.put("a", "1");
        store.put("b", "1");
        store.put("a", "2");
        assertThat(store.scan(1)).isEqualTo(Map.of("a", "2", "b", "1"));
    }

    @Test
    void sizesCountAKeyOnce() {
        store.put("k", "1");
        EngineStats one = store.engine().stats();
        store.put("k", "2");
        EngineStats two = store.engine().stats();
        assertThat(two.keys()).isEqualTo(1);
        assertThat(two.liveBytes()).isEqualTo(one.liveBytes());
        assertThat(two.deadBytes()).isEqualTo(one.liveBytes());
    }

    @Test
    void aRangeDropTakesBoth() {
        store.put("k", "1");
        store.put("k", "2");
        long token = store.tokenOf.applyAsLong("k");
        store.dropRange(token, token + 1);
        assertThat(store.engine().stats().liveBytes()).isZero();
        store.put("k", "3");
        assertThat(store.engine().count(0, 0)).isEqualTo(1);
        assertThat(store.engine().stats().keys()).isEqualTo(1);
    }

    @Test
    void keysThatShareATokenStayApart() {
        store.tokenOf = TestStore.ONE_TOKEN;
        store.put("a", "1");
        store.put("b", "1");
        store.put("a", "2");
        store.put("b", "2");
        assertThat(store.scan(5)).isEqualTo(Map.of("a", "2", "b", "2"));
        assertThat(store.engine().count(0, 0)).isEqualTo(2);
        store.delete("a");
        assertThat(store.scan(5)).isEqualTo(Map.of("b", "2"));
    }

    @Test
    void keysOfOneBatchThatShareATokenStayApart() {
        store.tokenOf = TestStore.ONE_TOKEN;
        store.put("a", "1");
        store.apply(batch -> {
            for (int i = 0; i < 300; i++) {
                store.put(batch, "k" + i, "1");
            }
            store.put(batch, "a", "2");
        });
        assertThat(store.engine().count(0, 0)).isEqualTo(301);
        assertThat(store.get("a")).isEqualTo("2");
        store.delete("a");
        assertThat(store.get("a")).isNull();
        assertThat(store.engine().count(0, 0)).isEqualTo(300);
    }

    @Test
    void aMergeOfTheOldRecordBringsNothingBack() {
        store.put("k", "1".repeat(400));
        for (int i = 0; i < 20; i++) {
            store.put("fill" + i % 4, "v".repeat(400));
        }
        store.put("k", "2");
        store.engine().beginMergeOfAll();
        store.mergeAll();
        assertThat(store.get("k")).isEqualTo("2");
        assertThat(store.engine().count(0, 0)).isEqualTo(5);
        store.reopen();
        assertThat(store.get("k")).isEqualTo("2");
    }

    @Test
    void aMergeBesideAnUncheckedOverwriteKeepsItsOrder() {
        store.put("k", "1".repeat(300));
        store.put("gone", "v".repeat(1500));
        store.delete("gone");
        store.put("fill", "v".repeat(1500));
        store.put("k", "2");
        assertThat(store.engine().mergeSome(1 << 20)).isPositive();
        store.mergeAll();
        assertThat(store.merges).isNotEmpty();
        assertThat(store.get("k")).isEqualTo("2");
        assertThat(store.engine().count(0, 0)).isEqualTo(2);
        assertThat(store.get("k")).isEqualTo("2");
    }

    @Test
    void theBackgroundChecksAllWhenHalfOfTheRoomIsUsed() {
        store.close();
        store.options = store.options.withDataFileBytesMax(64 << 10);
        store.open();
        for (int i = 0; i < 100; i++) {
            store.put("k" + i, "v".repeat(600));
        }
        int overwritten = 0;
        long operations = 0;
        while (operations < 40) {
            String key = "k" + overwritten++;
            operations = operationsOf(() -> store.put(key, "2"));
        }
        assertThat(overwritten).as("half of 64 KiB in records of 654 bytes").isBetween(49, 52);
        assertThat(operationsOf(() -> assertThat(store.engine().count(0, 0)).isEqualTo(100)))
                .as("nothing is left for a count to read")
                .isZero();
    }

    @Test
    void noMoreWaitForTheirCheckThanTheBound() {
        store.close();
        store.options = store.options.withDataFileBytesMax(1 << 20);
        store.open();
        for (int i = 0; i < 12; i++) {
            store.put("k" + i, "v".repeat(100 << 10));
        }
        store.disk.failNext(SimFileStore.Operation.READ, SimFileStore.Fault.ERROR);
        assertThatThrownBy(() -> store.apply(batch -> overwrite(batch, 0, 12)))
                .as("an old record is read")
                .isInstanceOf(StorageException.class);
        store.disk.failNext(SimFileStore.Operation.READ, SimFileStore.Fault.ERROR);
        store.apply(batch -> overwrite(batch, 0, 5));
        assertThatThrownBy(() -> store.get("k11")).as("the first read").isInstanceOf(StorageException.class);
        store.apply(batch -> overwrite(batch, 5, 12));
        assertThat(store.engine().count(0, 0)).isEqualTo(12);
        assertThat(store.scan(20).values()).containsOnly("2");
    }

    private void overwrite(WriteBatch batch, int from, int to) {
        for (int i = from; i < to; i++) {
            store.put(batch, "k" + i, "2");
        }
    }

    @Test
    void anOldRecordThatIsCorruptIsReportedByWhoNeedsIt() {
        store.put("k", "1");
        store.put("k", "2");
        store.disk.corrupt(TestStore.DIRECTORY.resolve(FileNames.data(1)), DataFileHeader.BYTES + 20, 1);
        assertThat(store.get("k")).isEqualTo("2");
        assertThatThrownBy(() -> store.engine().count(0, 0)).isInstanceOf(CorruptDataException.class);
        assertThatThrownBy(() -> store.delete("k")).isInstanceOf(CorruptDataException.class);
        assertThat(store.get("k")).isEqualTo("2");
    }
}

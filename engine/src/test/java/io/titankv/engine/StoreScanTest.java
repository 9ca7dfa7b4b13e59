package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StoreScanTest {
    private final TestStore store = new TestStore().open();
    private final StoreModel model = new StoreModel(store, new Random(8));

    private void fill() {
        for (int i = 0; i < 60; i++) {
            model.applyRandomBatch();
        }
    }

    private static Map<String, String> byKey(List<StoredRecord> records) {
        Map<String, String> found = new TreeMap<>();
        for (StoredRecord record : records) {
            assertThat(found.put(TestStore.text(record.keyArray()), TestStore.text(record.valueArray())))
                    .as("each key once")
                    .isNull();
        }
        return found;
    }

    private List<StoredRecord> scan(long start, long end, boolean withValues) {
        List<StoredRecord> records = new ArrayList<>();
        try (StoreScan scan = StoreScan.open(TestStore.DIRECTORY, store.disk)) {
            scan.run(start, end, withValues, records::add);
        }
        return records;
    }

    @Test
    void whatIsLiveIsReadInOrderOfTokensAndNothingIsChanged() {
        fill();
        store.close();
        long changes = store.disk.changes();
        List<StoredRecord> records = scan(0, 0, true);
        assertThat(byKey(records)).isEqualTo(model.state().records());
        assertThat(records).isSortedAccordingTo((left, right) -> Long.compareUnsigned(left.token(), right.token()));
        try (StoreScan scan = StoreScan.open(TestStore.DIRECTORY, store.disk)) {
            assertThat(scan.clusterId()).isZero();
            assertThat(scan.groupNumber()).isZero();
            assertThat(scan.applied().index()).isEqualTo(59);
        }
        assertThat(store.disk.changes()).isEqualTo(changes);
        assertThat(store.disk.openFiles()).isZero();
    }

    /** A killed process leaves a tail that no hint file lists, and hint files may be missing. */
    @Test
    void whatOpeningWouldHealIsReadAsItWouldBeHealed() throws Exception {
        fill();
        store.kill();
        store.disk.delete(TestStore.DIRECTORY.resolve(FileNames.hint(2)));
        store.disk.corrupt(TestStore.DIRECTORY.resolve(FileNames.hint(3)), 60, 4);
        assertThat(byKey(scan(0, 0, true))).isEqualTo(model.state().records());
    }

    @Test
    void aRangeEndsWhereItIsSaidToAndAScanWhenNoMoreIsWanted() {
        fill();
        store.close();
        List<StoredRecord> all = scan(0, 0, false);
        assertThat(all)
                .hasSizeGreaterThan(6)
                .allSatisfy(record -> assertThat(record.value().byteSize()).isZero());
        long start = all.get(2).token();
        long end = all.get(5).token();
        assertThat(scan(start, end, false))
                .extracting(StoredRecord::token)
                .containsExactlyElementsOf(
                        all.subList(2, 5).stream().map(StoredRecord::token).toList());
        assertThat(scan(start, start, false)).isEmpty();
        List<StoredRecord> firstTwo = new ArrayList<>();
        try (StoreScan scan = StoreScan.open(TestStore.DIRECTORY, store.disk)) {
            scan.run(0, 0, false, record -> {
                firstTwo.add(record);
                return firstTwo.size() < 2;
            });
        }
        assertThat(firstTwo).hasSize(2);
    }

    @Test
    void aBadRecordIsAnErrorWithItsPlace() {
        store.put("a", "some value");
        store.close();
        Path file = TestStore.DIRECTORY.resolve(FileNames.data(1));
        store.disk.corrupt(file, DataFileHeader.BYTES + RecordFormat.HEADER_BYTES + 3, 1);
        assertThatThrownBy(() -> scan(0, 0, true))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("000001.data");
        assertThat(store.disk.openFiles()).isZero();
    }
}

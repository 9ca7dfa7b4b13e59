package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.engine.SimFileStore.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoreRepairTest {
    private static final StoreInspector.Progress SILENT = (file, done, all) -> {};

    private final TestStore store = new TestStore();
    private final StoreModel model = new StoreModel(store, new Random(5));

    private static Path file(String name) {
        return TestStore.DIRECTORY.resolve(name);
    }

    private void fillAndClose(int batches, int dataFileBytesMax) {
        store.options = store.options.withDataFileBytesMax(dataFileBytesMax);
        store.open();
        for (int i = 0; i < batches; i++) {
            model.applyRandomBatch();
            if (i == batches / 2) {
                store.mergeAll();
            }
        }
        store.close();
    }

    private RepairReport plan() {
        return new StoreRepair(TestStore.DIRECTORY, store.disk).plan(SILENT);
    }

    private RepairReport repair() {
        return new StoreRepair(TestStore.DIRECTORY, store.disk).repair(SILENT);
    }

    private void assertVerified() {
        assertThat(new StoreInspector(TestStore.DIRECTORY, store.disk).verify(SILENT))
                .allMatch(StoreInspector.Problem::harmless);
    }

    private Map<String, byte[]> image() {
        Map<String, byte[]> files = new TreeMap<>();
        store.files().forEach(name -> files.put(name, store.disk.bytes(file(name))));
        return files;
    }

    private void restore(Map<String, byte[]> files) throws IOException {
        store.disk = new SimFileStore();
        store.disk.createDirectories(TestStore.DIRECTORY);
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            try (FileStore.File copy = store.disk.create(file(each.getKey()))) {
                copy.write(0, ByteBuffer.wrap(each.getValue()));
                copy.force();
            }
        }
        store.disk.syncDirectory(TestStore.DIRECTORY);
    }

    @Test
    void nothingIsDoneToAStoreThatIsWhole() {
        fillAndClose(40, 900);
        Map<String, byte[]> before = image();
        assertThat(plan().isClean()).isTrue();
        RepairReport report = repair();
        assertThat(report.isClean()).isTrue();
        assertThat(report.isLossy()).isFalse();
        assertThat(report.keys()).isEqualTo(model.state().records().size());
        Map<String, byte[]> after = image();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        before.forEach((name, bytes) -> assertThat(after.get(name)).isEqualTo(bytes));
    }

    /**
     * Whatever bit is flipped: the store opens afterwards, and each record that is not what it was is among those that the report
     * counts.
     */
    @Test
    void noFlippedBitLosesMoreThanIsReported() throws IOException {
        fillAndClose(14, 700);
        Map<String, byte[]> files = image();
        Random random = new Random(17);
        int lossy = 0;
        int whole = 0;
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            int step = each.getKey().equals(FileNames.SYNC_MARK) ? 397 : 11;
            for (int offset = random.nextInt(step); offset < each.getValue().length; offset += step) {
                restore(files);
                store.disk.corrupt(file(each.getKey()), offset, 1 << random.nextInt(8));
                if (isRepairedAsReported(each.getKey() + "@" + offset)) {
                    lossy++;
                } else {
                    whole++;
                }
            }
        }
        assertThat(lossy).isGreaterThan(20);
        assertThat(whole).isGreaterThan(20);
    }

    /** Repairs, opens and compares; returns whether something was reported lost or in doubt. */
    private boolean isRepairedAsReported(String what) {
        RepairReport planned = plan();
        RepairReport report = repair();
        assertThat(report).as(what).isEqualTo(planned);
        assertVerified();
        assertThat(plan().isClean()).as(what).isTrue();
        store.open();
        Map<String, String> found = store.scan(5);
        Map<String, String> expected = model.state().records();
        long missing = expected.keySet().stream()
                .filter(key -> !found.containsKey(key))
                .count();
        long wrong = found.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(expected.get(entry.getKey())))
                .count();
        assertThat(found).as(what).hasSize((int) report.keys());
        assertThat(wrong).as(what).isLessThanOrEqualTo(report.recordsStale() + report.recordsInDoubt());
        if (report.isLossy()) {
            if (report.recordsInDoubt() == 0 && !report.isManifestLost()) {
                assertThat(missing).as(what).isEqualTo(report.recordsLost() - report.recordsStale());
            }
        } else {
            assertThat(found).as(what).isEqualTo(expected);
        }
        store.mergeAll();
        assertThat(store.scan(7)).as(what).isEqualTo(found);
        store.put("new", "written after");
        assertThat(store.get("new")).isEqualTo("written after");
        store.close();
        return report.isLossy();
    }

    @Test
    void aTombstoneThatIsLostIsWrittenAgainFromItsHintFile() {
        store.options = store.options.withDataFileBytesMax(1);
        store.open();
        store.put("a", "1");
        store.delete("a");
        store.put("b", "1");
        store.close();
        store.disk.corrupt(file(FileNames.data(2)), DataFileHeader.BYTES + 1, 1);
        RepairReport report = repair();
        assertThat(report.damages()).singleElement().satisfies(damage -> {
            assertThat(damage.file()).isEqualTo("000002.data");
            assertThat(damage.startInclusive()).isEqualTo(DataFileHeader.BYTES);
        });
        assertThat(report.isLossy()).isFalse();
        store.open();
        assertThat(store.get("a")).isNull();
        assertThat(store.get("b")).isEqualTo("1");
        assertThat(store.files()).contains("000002.data.damaged-1", "000002.hint.damaged-1");
    }

    @Test
    void anOlderVersionThatStandsAgainIsCounted() {
        store.options = store.options.withDataFileBytesMax(1);
        store.open();
        store.put("a", "old");
        store.put("a", "new");
        store.put("b", "1");
        store.close();
        store.disk.corrupt(file(FileNames.data(2)), DataFileHeader.BYTES + 1, 1);
        RepairReport known = plan();
        assertThat(known.recordsLost()).isEqualTo(1);
        assertThat(known.recordsStale()).isEqualTo(1);
        assertThat(known.recordsInDoubt()).isZero();
        store.disk.corrupt(file(FileNames.hint(2)), 50, 1);
        RepairReport unknown = repair();
        assertThat(unknown.recordsLost()).isZero();
        assertThat(unknown.recordsInDoubt()).isPositive();
        store.open();
        assertThat(store.get("a")).isEqualTo("old");
    }

    @Test
    void missingFilesAreMissedAndAManifestIsMadeAnew() throws IOException {
        fillAndClose(40, 900);
        store.disk.delete(file(FileNames.MANIFEST));
        RepairReport report = repair();
        assertThat(report.isManifestLost()).isTrue();
        assertThat(report.keys()).isEqualTo(model.state().records().size());
        store.open();
        model.check();
        store.close();
        String lost = store.files().stream()
                .filter(name -> FileNames.dataFileId(name).isPresent())
                .findFirst()
                .orElseThrow();
        store.disk.delete(file(lost));
        RepairReport second = repair();
        assertThat(second.damages()).extracting(RepairReport.Damage::what).containsExactly("data file is missing");
        assertVerified();
    }

    /** Beside a file that is worn in the middle there is one without a hint file, so that every step is taken. */
    private void damage() throws IOException {
        List<String> data = store.files().stream()
                .filter(name -> FileNames.dataFileId(name).isPresent())
                .toList();
        store.disk.corrupt(file(data.getFirst()), DataFileHeader.BYTES + 70, 1);
        store.disk.delete(file(data.get(1).replace(".data", ".hint")));
    }

    @Test
    void aPowerLossAtAnyStepLeavesTheOldOrTheNewStore() throws IOException {
        fillAndClose(40, 900);
        damage();
        Map<String, byte[]> damaged = image();
        RepairReport expected = plan();
        repair();
        store.open();
        Map<String, String> repaired = store.scan(9);
        store.close();
        int old = 0;
        int fresh = 0;
        boolean met = true;
        for (long change = 1; met; change++) {
            restore(damaged);
            store.disk.failChange(store.disk.changes() + change, Fault.POWER_LOSS);
            met = failsToRepair();
            store.disk = store.disk.crash(new Random(change));
            RepairReport found = plan();
            if (found.damages().isEmpty()) {
                fresh++;
            } else {
                old++;
                assertThat(found.damages()).isEqualTo(expected.damages());
                assertThat(found.keys()).isEqualTo(expected.keys());
                repair();
            }
            assertVerified();
            store.open();
            assertThat(store.scan(9)).as("after change " + change).isEqualTo(repaired);
            store.close();
        }
        assertThat(old).isGreaterThan(5);
        assertThat(fresh).isGreaterThan(2);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"ERROR", "ERROR_THOUGH_DONE", "DISK_FULL"})
    void aRepairThatFailsCanBeMadeAgain(Fault fault) throws IOException {
        fillAndClose(40, 900);
        damage();
        Map<String, byte[]> damaged = image();
        repair();
        store.open();
        Map<String, String> repaired = store.scan(9);
        store.close();
        boolean met = true;
        for (long change = 1; met; change++) {
            restore(damaged);
            long failing = store.disk.changes() + change;
            store.disk.failChange(failing, fault);
            failsToRepair();
            met = store.disk.changes() >= failing;
            store.disk.failChange(Long.MAX_VALUE, fault);
            store.disk.freeSpace();
            // One that was opened and said that it was not is nobody's to close.
            assertThat(store.disk.openFiles()).isLessThanOrEqualTo(fault == Fault.ERROR_THOUGH_DONE ? 1 : 0);
            repair();
            assertVerified();
            store.open();
            assertThat(store.scan(9)).as("after change " + change).isEqualTo(repaired);
            store.close();
        }
    }

    private boolean failsToRepair() {
        try {
            repair();
            return false;
        } catch (StorageException | UncheckedIOException e) {
            return true;
        }
    }
}

package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.engine.SimFileStore.Fault;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Files that are full but not sealed yet: what a crash, a failure or a checkpoint meets while the log is in two files. */
class SealerTest {
    private static final int SEEDS = 60;

    /** A store whose work in the background waits until it is asked for. */
    private static final class Deferred {
        final Queue<Runnable> waiting = new ArrayDeque<>();
        final TestStore store = new TestStore();
        final Random random;
        final StoreModel model;
        boolean defers = true;

        Deferred(int seed) {
            random = new Random(seed);
            model = new StoreModel(store, random);
            store.options = store.options.withDataFileBytesMax(3000);
            store.background = task -> {
                if (defers) {
                    waiting.add(task);
                } else {
                    task.run();
                }
            };
            store.open();
        }

        void runWaiting() {
            while (!waiting.isEmpty()) {
                waiting.remove().run();
            }
        }

        /** Writes until a full file waits to be sealed, maybe some files and a merge later; false when none came to it. */
        boolean fillUntilFull() {
            int seals = random.nextInt(4);
            for (int i = 0; i < 200; i++) {
                model.applyRandomBatch();
                if (isFullWaiting() && seals-- == 0) {
                    return true;
                }
                runWaiting();
                if (i == 20) {
                    store.mergeAll();
                }
            }
            return false;
        }

        /** Whether one file is written while the manifest calls the one before it active. */
        boolean isFullWaiting() {
            return !waiting.isEmpty() && store.engine().stats().dataFiles() > sealedFiles() + 1;
        }

        private int sealedFiles() {
            try {
                return ManifestFile.read(store.disk, TestStore.DIRECTORY)
                        .sealed()
                        .size();
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        private String lastDataFile() {
            return store.files().stream()
                    .filter(name -> FileNames.dataFileId(name).isPresent())
                    .reduce("", (left, right) -> right);
        }

        /** Batches behind the full file, as long as the spare one has room. */
        void writeBehind(int batches) {
            for (int i = 0; i < batches; i++) {
                if (store.engine().stats().dataFiles() == sealedFiles() + 2 && activeBytes() < 1500) {
                    model.applyRandomBatch();
                }
            }
        }

        private long activeBytes() {
            try (FileStore.File file = store.disk.openForRead(TestStore.DIRECTORY.resolve(lastDataFile()))) {
                return file.size();
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Test
    void aPowerLossLeavesAPrefixOfALogInTwoFiles() {
        int met = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            for (int behind = 0; behind < 4; behind++) {
                Deferred deferred = new Deferred(seed);
                if (!deferred.fillUntilFull()) {
                    continue;
                }
                met++;
                deferred.writeBehind(behind);
                if (deferred.random.nextInt(3) == 0) {
                    deferred.store.engine().sync();
                    deferred.writeBehind(1);
                }
                EntryPosition synced = deferred.store.engine().synced();
                deferred.store.crash(deferred.random);
                reopenAndGoOn(deferred, synced);
            }
        }
        assertThat(met).as("stories with a full file").isGreaterThan(SEEDS);
    }

    @Test
    void aKilledProcessLeavesAll() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Deferred deferred = new Deferred(seed);
            if (deferred.fillUntilFull()) {
                deferred.writeBehind(3);
                EntryPosition applied = deferred.store.engine().applied();
                deferred.store.kill();
                reopenAndGoOn(deferred, applied);
            }
        }
    }

    /** Opens, checks, writes on past some seals, and checks again after another power loss: nothing that was cut comes back. */
    private static void reopenAndGoOn(Deferred deferred, EntryPosition synced) {
        deferred.waiting.clear();
        deferred.defers = false;
        deferred.store.open();
        deferred.model.onRecovered(synced);
        for (int i = 0; i < 12; i++) {
            deferred.model.applyRandomBatch();
        }
        deferred.store.mergeAll();
        deferred.model.check();
        EntryPosition later = deferred.store.engine().synced();
        deferred.store.crash(deferred.random);
        deferred.store.open();
        deferred.model.onRecovered(later);
        deferred.store.reopen();
        deferred.model.check();
    }

    /** Power fails at each step of the seal, and at each step of the recovery after that. */
    @Test
    void aPowerLossAtEachStepOfASealAndOfItsRecoveryLosesNothingSynced() {
        for (int seed = 0; seed < 8; seed++) {
            boolean met = true;
            for (long change = 1; met; change++) {
                Deferred deferred = new Deferred(seed);
                if (!deferred.fillUntilFull()) {
                    break;
                }
                deferred.writeBehind(2);
                deferred.store.disk.failChange(deferred.store.disk.changes() + change, Fault.POWER_LOSS);
                long before = deferred.store.disk.changes();
                deferred.runWaiting();
                met = deferred.store.disk.changes() - before >= change;
                EntryPosition synced = deferred.store.engine().synced();
                deferred.store.crash(new Random(change));
                deferred.store.disk.failChange(deferred.store.disk.changes() + 1 + change % 7, Fault.POWER_LOSS);
                deferred.defers = false;
                try {
                    deferred.store.open();
                    EntryPosition opened = deferred.store.engine().synced();
                    synced = opened.compareTo(synced) > 0 ? opened : synced;
                } catch (StorageException | java.io.UncheckedIOException e) {
                    assertThat(deferred.store.disk.changes()).isPositive();
                }
                deferred.store.crash(new Random(-change));
                reopenAndGoOn(deferred, synced);
            }
        }
    }

    /** What failed in the background is done by the next seal, or by the next opening. */
    @Test
    void aSealThatFailsIsMadeUpFor() {
        for (int seed = 0; seed < 20; seed++) {
            for (long change = 1; change < 12; change++) {
                Deferred deferred = new Deferred(seed);
                if (!deferred.fillUntilFull()) {
                    break;
                }
                deferred.store.disk.failChange(deferred.store.disk.changes() + change, Fault.ERROR);
                deferred.runWaiting();
                deferred.defers = false;
                deferred.model.check();
                EntryPosition synced = deferred.store.engine().synced();
                if (change % 2 == 0) {
                    deferred.store.crash(new Random(change));
                    reopenAndGoOn(deferred, synced);
                    continue;
                }
                try {
                    deferred.store.engine().checkpoint(Path.of("/checkpoint"));
                    synced = deferred.store.engine().applied();
                } catch (StorageException e) {
                    assertThat(e).hasMessageContaining("stopped writing");
                }
                deferred.store.crash(new Random(change));
                reopenAndGoOn(deferred, synced);
            }
        }
    }

    @Test
    void rotBeforeWhatWasSyncedInTheSecondFileIsAnError() throws Exception {
        Deferred deferred = new Deferred(3);
        assertThat(deferred.fillUntilFull()).isTrue();
        Manifest manifest = ManifestFile.read(deferred.store.disk, TestStore.DIRECTORY);
        deferred.writeBehind(2);
        deferred.store.engine().sync();
        deferred.store.kill();
        try (FileStore.File file = deferred.store.disk.openForWrite(
                TestStore.DIRECTORY.resolve(FileNames.data(manifest.activeFileId())))) {
            file.truncate(file.size() - 1);
        }
        deferred.waiting.clear();
        assertThatThrownBy(deferred.store::open)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("bad record");
    }

    /** The tail of the first file is lost, and batches of the same size are written again: those of the first try are not behind them. */
    @Test
    void aSecondFileWhoseLogWasCutBeforeItIsForgotten() throws Exception {
        Deferred deferred = new Deferred(1);
        TestStore store = deferred.store;
        String value = "v".repeat(100);
        for (int i = 100; !deferred.isFullWaiting(); i++) {
            deferred.runWaiting();
            store.put("key" + i, value);
        }
        store.put("key888", value);
        store.put("key999", value);
        Manifest manifest = ManifestFile.read(store.disk, TestStore.DIRECTORY);
        store.kill();
        try (FileStore.File file =
                store.disk.openForWrite(TestStore.DIRECTORY.resolve(FileNames.data(manifest.activeFileId())))) {
            file.truncate(file.size() - RecordFormat.HEADER_BYTES);
        }
        deferred.waiting.clear();
        deferred.defers = false;
        store.open();
        store.put("key777", value);
        store.kill();
        store.open();
        assertThat(store.get("key777")).isEqualTo(value);
        assertThat(store.get("key888")).isNull();
        assertThat(store.get("key999")).isNull();
    }

    /** Each byte of both files rots in turn; what is lost is in the report, and all else is there. */
    @Test
    void aLogInTwoFilesIsRepaired() throws Exception {
        int repaired = 0;
        for (int step = 0; step < 40; step++) {
            Deferred deferred = new Deferred(1);
            TestStore store = deferred.store;
            String value = "v".repeat(100);
            int keys = 100;
            for (; !deferred.isFullWaiting(); keys++) {
                deferred.runWaiting();
                store.put("key" + keys, value);
            }
            store.put("key" + keys++, value);
            store.engine().sync();
            Manifest manifest = ManifestFile.read(store.disk, TestStore.DIRECTORY);
            store.kill();
            long fileId = step % 2 == 0 ? manifest.activeFileId() : manifest.spareFileId();
            Path rotten = TestStore.DIRECTORY.resolve(FileNames.data(fileId));
            store.disk.corrupt(rotten, step * 37 % store.disk.bytes(rotten).length, 1);
            deferred.defers = false;
            deferred.waiting.clear();
            RepairReport report = new StoreRepair(TestStore.DIRECTORY, store.disk).repair((file, done, all) -> {});
            store.open();
            for (int key = 100; key < keys; key++) {
                repaired += store.get("key" + key) == null ? 1 : 0;
            }
            assertThat(store.engine().count(0, 0)).isGreaterThanOrEqualTo(keys - 101L);
            assertThat(report.damages()).isNotEmpty();
            store.put("later", value);
            assertThat(store.get("later")).isEqualTo(value);
        }
        assertThat(repaired).as("records lost").isBetween(1, 40);
    }
}

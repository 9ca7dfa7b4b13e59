package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.engine.StoreInspector.Problem;
import io.titankv.engine.StoreInspector.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StoreInspectorTest {
    private final TestStore store = new TestStore().open();

    private StoreModel fillAndClose() {
        StoreModel model = new StoreModel(store, new Random(3));
        for (int i = 0; i < 60; i++) {
            model.applyRandomBatch();
        }
        store.close();
        return model;
    }

    private StoreInspector inspector() {
        return new StoreInspector(TestStore.DIRECTORY, store.disk);
    }

    private List<Problem> verify() {
        return inspector().verify((file, done, all) -> assertThat(done).isLessThanOrEqualTo(all));
    }

    @Test
    void aStoreIsTakenToPiecesWithoutBeingChanged() {
        EngineStats stats;
        EntryPosition applied;
        StoreModel model = fillAndClose();
        store.open();
        stats = store.engine().stats();
        applied = store.engine().applied();
        store.close();
        long changes = store.disk.changes();
        StoreInspector.StoreReport report = inspector().inspect();
        assertThat(report.applied()).isEqualTo(applied);
        assertThat(report.keys()).isEqualTo(model.state().records().size());
        assertThat(report.files()).extracting(StoreInspector.FileReport::name).containsExactlyElementsOf(store.files());
        assertThat(report.files().stream()
                        .mapToLong(StoreInspector.FileReport::liveBytes)
                        .sum())
                .isEqualTo(stats.liveBytes());
        assertThat(report.files())
                .filteredOn(file -> file.role() == Role.ACTIVE)
                .hasSize(1);
        assertThat(report.files())
                .filteredOn(file -> file.role() == Role.SEALED)
                .isNotEmpty()
                .allSatisfy(file -> assertThat(file.records()).isNotEmpty());
        assertThat(verify()).isEmpty();
        assertThat(store.disk.changes()).isEqualTo(changes);
        assertThat(store.disk.openFiles()).isZero();
    }

    @Test
    void everyKindOfDamageIsNamed() throws Exception {
        StoreModel unused = fillAndClose();
        assertThat(unused.state()).isNotNull();
        Path sealed = TestStore.DIRECTORY.resolve(FileNames.data(2));
        store.disk.corrupt(sealed, DataFileHeader.BYTES + 9, 1);
        store.disk.corrupt(TestStore.DIRECTORY.resolve(FileNames.hint(3)), 70, 1);
        store.disk.delete(TestStore.DIRECTORY.resolve(FileNames.hint(4)));
        store.disk.delete(TestStore.DIRECTORY.resolve(FileNames.data(5)));
        store.disk.create(TestStore.DIRECTORY.resolve(FileNames.data(999))).close();
        assertThat(verify())
                .contains(new Problem("000002.data", DataFileHeader.BYTES, "bad record", false))
                .contains(new Problem("000003.hint", 0, "bad hint file, opening rebuilds it", true))
                .contains(new Problem("000004.hint", 0, "hint file missing, opening rebuilds it", true))
                .contains(new Problem("000005.data", 0, "data file missing", false))
                .contains(new Problem("000999.data", 0, "no manifest names this file", true))
                .hasSize(5);
        assertThat(inspector().inspect().files()).isNotEmpty();
    }

    @Test
    void aTornTailIsNamedAndHarmless() {
        store.put("a", "1");
        store.engine().sync();
        long end = store.disk.bytes(TestStore.DIRECTORY.resolve(FileNames.data(1))).length;
        store.put("b", "1");
        store.kill();
        store.disk.corrupt(TestStore.DIRECTORY.resolve(FileNames.data(1)), end + 20, 1);
        assertThat(verify()).singleElement().satisfies(problem -> {
            assertThat(problem.harmless()).isTrue();
            assertThat(problem.offset()).isEqualTo(end);
        });
        store.disk.corrupt(TestStore.DIRECTORY.resolve(FileNames.data(1)), end - 1, 1);
        assertThat(verify())
                .singleElement()
                .satisfies(problem -> assertThat(problem.harmless()).isFalse());
    }
}

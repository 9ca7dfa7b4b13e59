package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.engine.SimFileStore.Fault;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Crashes where it hurts most: within a recovery, around a checkpoint, and what readers see right after a failure. */
class EngineCrashTest {
    private static final Path CHECKPOINT = Path.of("/checkpoint");

    /** A store with sealed files, dead bytes and a tail of which nothing is synced. */
    private static final class Worn {
        final TestStore store = new TestStore();
        final Random random;
        final StoreModel model;

        Worn(int seed) {
            random = new Random(seed);
            model = new StoreModel(store, random);
            store.options = store.options.withDataFileBytesMax(900);
            store.open();
            for (int i = 0; i < 16; i++) {
                model.applyRandomBatch();
                if (i == 7) {
                    store.mergeAll();
                }
            }
        }
    }

    @Test
    void aPowerLossWithinARecoveryFromAPowerLossLosesNothing() {
        for (int seed = 0; seed < 6; seed++) {
            boolean met = true;
            for (long change = 1; met; change++) {
                Worn worn = new Worn(seed);
                EntryPosition synced = worn.store.engine().synced();
                worn.store.crash(worn.random);
                worn.store.disk.failChange(change, Fault.POWER_LOSS);
                met = !openAgainstFailure(worn.store);
                if (met) {
                    worn.store.crash(new Random(change));
                    worn.store.open();
                }
                worn.model.onRecovered(synced);
                assertThat(worn.store.engine().synced())
                        .isEqualTo(worn.store.engine().applied());
                EntryPosition recovered = worn.store.engine().synced();
                worn.store.crash(new Random(-change));
                worn.store.open();
                worn.model.onRecovered(recovered);
            }
        }
    }

    /** What a recovery found after a kill was never forced by anybody; before it counts as synced it must be. */
    @Test
    void whatARecoveryCallsSyncedOutlivesAPowerLoss() {
        for (int seed = 0; seed < 60; seed++) {
            Worn worn = new Worn(seed);
            EntryPosition applied = worn.store.engine().applied();
            worn.store.kill();
            worn.store.open();
            worn.model.onRecovered(applied);
            EntryPosition synced = worn.store.engine().synced();
            worn.store.crash(new Random(seed));
            worn.store.open();
            worn.model.onRecovered(synced);
        }
    }

    private static boolean openAgainstFailure(TestStore store) {
        try {
            store.open();
            return true;
        } catch (StorageException | UncheckedIOException e) {
            return false;
        }
    }

    @Test
    void aCheckpointThatReturnedOutlivesAPowerLoss() {
        for (int seed = 0; seed < 40; seed++) {
            Worn worn = new Worn(seed);
            Checkpoint checkpoint = worn.store.engine().checkpoint(CHECKPOINT);
            worn.store.crash(worn.random);
            try (Engine copy = Engine.open(CHECKPOINT, worn.store.options, worn.store.disk, EngineListener.NONE)) {
                assertThat(copy.applied()).isEqualTo(checkpoint.position());
                worn.model.check(copy);
            }
            worn.store.open();
            worn.model.onRecovered(checkpoint.position());
        }
    }

    @Test
    void aPowerLossWithinACheckpointDoesTheStoreNoHarm() {
        boolean met = true;
        for (long change = 1; met; change++) {
            Worn worn = new Worn(5);
            EntryPosition synced = worn.store.engine().synced();
            long before = worn.store.disk.changes();
            worn.store.disk.failChange(before + change, Fault.POWER_LOSS);
            met = fails(worn, engine -> engine.checkpoint(CHECKPOINT));
            worn.store.crash(new Random(change));
            worn.store.open();
            worn.model.onRecovered(synced);
            Path second = Path.of("/second");
            worn.store.engine().checkpoint(second);
            try (Engine copy = Engine.open(second, worn.store.options, worn.store.disk, EngineListener.NONE)) {
                worn.model.check(copy);
            }
        }
    }

    private static boolean fails(Worn worn, Consumer<Engine> step) {
        try {
            step.accept(worn.store.engine());
            return false;
        } catch (StorageException | UncheckedIOException e) {
            return true;
        }
    }

    /** A merge, a checkpoint or a sync that fails changes nothing that a reader sees; nor does a batch that was refused. */
    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"ERROR", "ERROR_THOUGH_DONE", "DISK_FULL"})
    void readersSeeNothingOfAFailure(Fault fault) {
        for (int step = 0; step < 4; step++) {
            int which = step;
            boolean met = true;
            for (long change = 1; met; change++) {
                Worn worn = new Worn(3);
                long failing = worn.store.disk.changes() + change;
                worn.store.disk.failChange(failing, fault);
                boolean failed = fails(worn, engine -> run(worn, which));
                met = worn.store.disk.changes() >= failing;
                worn.model.check();
                worn.store.disk.freeSpace();
                if (failed && fault == Fault.DISK_FULL) {
                    worn.model.applyRandomBatch();
                    worn.store.mergeAll();
                    worn.model.check();
                }
                worn.store.kill();
                worn.store.open();
                worn.model.onRecovered(EntryPosition.NONE);
            }
        }
    }

    private static void run(Worn worn, int step) {
        switch (step) {
            case 0 -> worn.store.mergeAll();
            case 1 -> worn.store.engine().checkpoint(CHECKPOINT);
            case 2 -> worn.store.engine().sync();
            default -> {
                for (int i = 0; i < 4; i++) {
                    worn.model.applyRandomBatch();
                }
            }
        }
    }
}

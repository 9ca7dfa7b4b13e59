package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.engine.SimFileStore.Fault;
import io.titankv.engine.SimFileStore.Operation;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every file operation of a life with seals, merges, a checkpoint and reopenings fails once; nothing promised is lost. */
class EngineFaultTest {
    private static final int SEEDS = 2;

    /** A life; {@code goOn} says whether to go on after a failure. */
    private static final class Life {
        final TestStore store = new TestStore();
        final Random random;
        final StoreModel model;
        EntryPosition synced = EntryPosition.NONE;

        private final Fault fault;
        private boolean isOver;

        Life(int seed, Fault fault) {
            this.fault = fault;
            random = new Random(seed);
            store.options = store.options.withDataFileBytesMax(900);
            model = new StoreModel(store, random);
        }

        void run() {
            attempt(store::open);
            if (!store.isOpen()) {
                return;
            }
            for (int i = 0; i < 14; i++) {
                attempt(model::applyRandomBatch);
                if (i % 4 == 1) {
                    attempt(() -> store.engine().sync());
                }
                if (i % 3 == 2) {
                    attempt(() -> store.engine().mergeSome(600));
                }
                rememberSynced();
            }
            attempt(store::mergeAll);
            attempt(() -> store.engine().checkpoint(Path.of("/checkpoint")));
            rememberSynced();
            attempt(store::reopen);
            if (store.isOpen()) {
                attempt(model::applyRandomBatch);
                attempt(model::applyRandomBatch);
                rememberSynced();
            }
        }

        private void rememberSynced() {
            EntryPosition now = store.engine().synced();
            synced = now.compareTo(synced) > 0 ? now : synced;
        }

        /** The simulated disk says {@link UncheckedIOException} where a question has no other answer after a power loss. */
        private void attempt(Runnable step) {
            try {
                if (!isOver) {
                    step.run();
                }
            } catch (StorageException | UncheckedIOException e) {
                // But for a power loss the story goes on: what was acknowledged must still hold.
                isOver = fault == Fault.POWER_LOSS;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void eachChangeFailsOnce(Fault fault) {
        for (int seed = 0; seed < SEEDS; seed++) {
            boolean met = true;
            for (long change = 1; met; change++) {
                met = failChange(fault, seed, change);
            }
        }
    }

    /** Returns false when the life has fewer changes. */
    private static boolean failChange(Fault fault, int seed, long change) {
        Life life = new Life(seed, fault);
        String story = fault + " at change " + change + " of life " + seed;
        try {
            life.store.disk.failChange(change, fault);
            life.run();
            boolean met = life.store.disk.changes() >= change;
            recoverAndCheck(life, new Random(change));
            return met;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(story + "\n" + String.join("\n", life.store.disk.history()), e);
        }
    }

    @Test
    void eachReadFailsOnce() {
        boolean met = true;
        for (long operation = 1; met; operation++) {
            Life life = new Life(7, Fault.ERROR);
            life.store.disk.failOperation(operation, Fault.ERROR);
            try {
                life.run();
                met = life.store.disk.operations() >= operation;
                recoverAndCheck(life, new Random(operation));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "operation " + operation + "\n" + String.join("\n", life.store.disk.history()), e);
            }
        }
    }

    private static void recoverAndCheck(Life life, Random random) {
        if (random.nextBoolean()) {
            life.store.crash(random);
        } else {
            life.store.kill();
        }
        life.store.open();
        life.model.onRecovered(life.synced);
        life.model.applyRandomBatch();
        life.store.mergeAll();
        life.store.reopen();
        life.model.check();
        life.store.close();
        assertThat(life.store.disk.openFiles()).as("files left open").isZero();
    }

    @Test
    void aFullDiskFailsWritesUntilThereIsSpace() {
        TestStore store = new TestStore().open();
        StoreModel model = new StoreModel(store, new Random(1));
        model.applyRandomBatch();
        store.disk.limitTo(store.disk.usedBytes() + 30);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> store.put("k", "v".repeat(200))).isInstanceOf(StorageException.class);
            model.check();
        }
        store.disk.freeSpace();
        model.applyRandomBatch();
        model.check();
        store.kill();
        store.open();
        model.check();
    }

    @Test
    void aMergeThatFindsNoRoomLeavesAllAsItWas() {
        TestStore store = new TestStore();
        store.options = store.options.withDataFileBytesMax(900);
        store.open();
        for (int i = 0; i < 60; i++) {
            store.put("k" + i % 20, "v".repeat(60) + i);
        }
        store.disk.limitTo(store.disk.usedBytes() + 10);
        assertThatThrownBy(() -> store.engine().mergeSome(1 << 20))
                .isInstanceOfSatisfying(
                        StorageException.class,
                        failure -> assertThat(failure.stopsWriting()).isFalse());
        assertThat(store.get("k7")).isEqualTo("v".repeat(60) + 47);

        store.disk.freeSpace();
        store.put("k7", "later");
        store.mergeAll();
        assertThat(store.get("k7")).isEqualTo("later");
        assertThat(store.get("k8")).isEqualTo("v".repeat(60) + 48);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void afterAFailedFsyncNothingIsWritten(boolean bySync) {
        for (int seed = 0; seed < 20; seed++) {
            failFsync(bySync, new Random(seed));
        }
    }

    private static void failFsync(boolean bySync, Random random) {
        TestStore store = new TestStore();
        if (!bySync) {
            store.options = store.options.withSyncPolicy(new EngineOptions.SyncPolicy.Always());
        }
        store.open();
        store.put("a", "1");
        store.engine().sync();
        store.disk.failNext(Operation.FORCE, Fault.ERROR);
        if (bySync) {
            store.put("b", "1");
            assertThatThrownBy(() -> store.engine().sync()).isInstanceOf(StorageException.class);
        } else {
            assertThatThrownBy(() -> store.put("b", "1")).isInstanceOf(StorageException.class);
        }
        assertThatThrownBy(() -> store.put("c", "1")).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> store.engine().sync()).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> store.engine().mergeSome(1))
                .isInstanceOfSatisfying(
                        StorageException.class,
                        failure -> assertThat(failure.stopsWriting()).isTrue());
        assertThatThrownBy(() -> store.engine().checkpoint(Path.of("/c"))).isInstanceOf(StorageException.class);
        assertThat(store.get("a")).isEqualTo("1");
        assertThat(store.engine().synced().index()).isZero();
        // The system says that it holds what the failed fsync dropped. A restart must not believe it.
        store.reopen();
        assertThat(store.engine().synced()).isEqualTo(store.engine().applied());
        EntryPosition synced = store.engine().synced();
        store.crash(random);
        store.open();
        assertThat(store.engine().applied()).isEqualTo(synced);
    }
}

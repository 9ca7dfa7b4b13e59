package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/** Random stories of an engine beside a model, on a disk that forgets. The seed alone makes the story. */
class EngineProperties {
    /** From a good hash to the worst. */
    private static long threeTokens(String key) {
        return Math.floorMod(key.hashCode(), 3) - 1L;
    }

    private int checkpoints;

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void anEngineHoldsWhatItsModelHolds(@ForAll long seed, @ForAll @IntRange(min = 0, max = 2) int hash) {
        tell(seed, hash, 0);
    }

    /** Overwrites are blind. */
    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void anEngineWithACacheThatIsColdAtTimesHoldsWhatItsModelHolds(
            @ForAll long seed, @ForAll @IntRange(min = 0, max = 2) int hash) {
        tell(seed, hash, 80);
    }

    /** @param coldPercent share of the batches that find nothing in the cache */
    private void tell(long seed, int hash, int coldPercent) {
        Random random = new Random(seed);
        TestStore store = new TestStore();
        store.tokenOf = switch (hash) {
            case 0 -> TestStore.SPREAD;
            case 1 -> EngineProperties::threeTokens;
            default -> TestStore.ONE_TOKEN;
        };
        store.options = store.options.withDataFileBytesMax(400 + random.nextInt(3000));
        store.open();
        StoreModel model = new StoreModel(store, random);
        for (int step = 0; step < 150; step++) {
            store.disk.setCold(random.nextInt(100) < coldPercent);
            step(store, model, random);
        }
        model.check();
        store.close();
        assertThat(store.disk.openFiles()).isZero();
    }

    private void step(TestStore store, StoreModel model, Random random) {
        int action = random.nextInt(100);
        if (action < 65) {
            model.applyRandomBatch();
        } else if (action < 72) {
            assertThat(store.engine().sync()).isEqualTo(store.engine().applied());
        } else if (action < 86) {
            store.engine().mergeSome(1 + random.nextInt(2000));
        } else if (action < 90) {
            store.mergeAll();
            model.check();
        } else if (action < 92) {
            checkpoint(store, model);
        } else if (action < 95) {
            store.reopen();
            model.check();
        } else if (action < 98) {
            EntryPosition synced = store.engine().synced();
            store.crash(random);
            store.open();
            model.onRecovered(synced);
        } else {
            EntryPosition applied = store.engine().applied();
            store.kill();
            store.open();
            model.onRecovered(applied);
        }
    }

    private void checkpoint(TestStore store, StoreModel model) {
        Path target = Path.of("/checkpoint" + checkpoints++);
        Checkpoint checkpoint = store.engine().checkpoint(target);
        assertThat(checkpoint.position()).isEqualTo(store.engine().applied());
        try (Engine copy = Engine.open(target, store.options, store.disk, EngineListener.NONE)) {
            model.check(copy);
            copy.apply(new WriteBatch(new EntryPosition(9, 1 << 20)).dropRange(0, 0, 1));
            while (copy.mergeSome(1 << 20) > 0) {
                // Its merges must not touch the original's files.
            }
        }
        model.check();
    }
}

package io.titankv.benchmarks.engine;

import io.titankv.cli.perf.Zipfian;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;

/**
 * Which key each operation of a pass is for, drawn before the clock starts. An entry is the key's index to read, or its complement
 * (below 0) to write.
 */
final class Operations {
    private Operations() {}

    /** Every key once. Keys themselves are in random order. */
    static int[] writeEach(int keys) {
        return draw(keys, new Counter(), 1, 0);
    }

    static int[] uniform(int keys, int count, double writes, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return draw(count, () -> random.nextInt(keys), writes, seed);
    }

    static int[] zipfian(int keys, int count, double writes, long seed) {
        Zipfian zipfian = new Zipfian(keys, new SplittableRandom(seed));
        return draw(count, zipfian::nextScrambled, writes, seed);
    }

    private static int[] draw(int count, IntSupplier index, double writes, long seed) {
        SplittableRandom coin = new SplittableRandom(~seed);
        int[] operations = new int[count];
        for (int i = 0; i < count; i++) {
            int key = index.getAsInt();
            operations[i] = coin.nextDouble() < writes ? ~key : key;
        }
        return operations;
    }

    private static final class Counter implements IntSupplier {
        private int next;

        @Override
        public int getAsInt() {
            return next++;
        }
    }
}

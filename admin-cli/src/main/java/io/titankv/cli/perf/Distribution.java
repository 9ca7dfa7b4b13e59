package io.titankv.cli.perf;

import java.util.SplittableRandom;
import java.util.function.IntSupplier;

/** Which keys are asked for how often. Named as they are typed. */
enum Distribution {
    /** Some keys far more often than others: scrambled zipfian, 0.99. */
    zipf {
        @Override
        IntSupplier over(int keys, SplittableRandom random) {
            return new Zipfian(keys, random)::nextScrambled;
        }
    },
    /** All alike. */
    uniform {
        @Override
        IntSupplier over(int keys, SplittableRandom random) {
            return () -> random.nextInt(keys);
        }
    };

    /** Draws indexes from 0 to keys - 1. Confined to one thread. */
    abstract IntSupplier over(int keys, SplittableRandom random);
}

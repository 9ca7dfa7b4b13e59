package io.titankv.benchmarks.engine;

import java.util.SplittableRandom;

/**
 * Ranks with a zipfian distribution, 0 the most frequent: Gray et al., "Quickly generating billion-record synthetic databases"
 * (SIGMOD 1994), as YCSB has it, with its constant of 0.99. Confined to one thread.
 */
final class Zipfian {
    private static final double THETA = 0.99;

    private final int items;
    private final double zetaOfItems;
    private final double alpha;
    private final double eta;
    private final SplittableRandom random;

    Zipfian(int items, SplittableRandom random) {
        this.items = items;
        this.random = random;
        zetaOfItems = zeta(items);
        alpha = 1 / (1 - THETA);
        eta = (1 - Math.pow(2.0 / items, 1 - THETA)) / (1 - zeta(2) / zetaOfItems);
    }

    private static double zeta(int items) {
        double sum = 0;
        for (int i = items; i >= 1; i--) {
            sum += Math.pow(i, -THETA);
        }
        return sum;
    }

    /** The next rank, 0 to items - 1. */
    int nextRank() {
        double u = random.nextDouble();
        double uz = u * zetaOfItems;
        if (uz < 1 || items == 1) {
            return 0;
        }
        if (uz < 1 + Math.pow(0.5, THETA)) {
            return 1;
        }
        return (int) Math.min(items - 1, (long) (items * Math.pow(eta * u - eta + 1, alpha)));
    }

    /** The next rank, scattered over the items so that frequent ones do not lie together. */
    int nextScrambled() {
        return (int) Long.remainderUnsigned(Records.mix(nextRank()), items);
    }
}

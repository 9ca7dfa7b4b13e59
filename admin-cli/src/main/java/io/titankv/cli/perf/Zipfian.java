package io.titankv.cli.perf;

import java.util.SplittableRandom;

/**
 * Ranks with a zipfian distribution, 0 the most frequent: Gray et al., "Quickly generating billion-record synthetic databases"
 * (SIGMOD 1994), as YCSB has it, with its constant of 0.99. For loads and benchmarks alike. Confined to one thread.
 */
public final class Zipfian {
    private static final double THETA = 0.99;
    /** So many terms of the sum are added one by one; of the others the error is below 1e-15 of the sum. */
    private static final int EXACT_TERMS = 1 << 16;

    private final int items;
    private final double zetaOfItems;
    private final double alpha;
    private final double eta;
    private final SplittableRandom random;

    /** @param items 1 or more */
    public Zipfian(int items, SplittableRandom random) {
        this.items = items;
        this.random = random;
        zetaOfItems = zeta(items);
        alpha = 1 / (1 - THETA);
        eta = (1 - Math.pow(2.0 / items, 1 - THETA)) / (1 - zeta(2) / zetaOfItems);
    }

    /** The sum of i^-THETA; beyond the exact terms by Euler and Maclaurin's formula to its first derivative. */
    static double zeta(int items) {
        int exact = Math.min(items, EXACT_TERMS);
        double sum = 0;
        if (items > exact) {
            double from = exact;
            double to = items;
            sum = (Math.pow(to, 1 - THETA) - Math.pow(from, 1 - THETA)) / (1 - THETA)
                    + (Math.pow(to, -THETA) - Math.pow(from, -THETA)) / 2
                    + THETA * (Math.pow(from, -THETA - 1) - Math.pow(to, -THETA - 1)) / 12;
        }
        for (int i = exact; i >= 1; i--) {
            sum += Math.pow(i, -THETA);
        }
        return sum;
    }

    /** The next rank, 0 to items - 1. */
    public int nextRank() {
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
    public int nextScrambled() {
        return (int) Long.remainderUnsigned(SplitMix64.mix(nextRank()), items);
    }
}

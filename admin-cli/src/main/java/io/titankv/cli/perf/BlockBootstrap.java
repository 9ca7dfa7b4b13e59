package io.titankv.cli.perf;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How sure the ratio of the medians of two series is: a 95 % interval by the moving-block bootstrap (Künsch 1989), which draws
 * stretches of neighbours and not single values, as one slow second is often followed by another. Pure, with chance from a fixed
 * seed.
 */
final class BlockBootstrap {
    /** Fewer values say nothing of how far they scatter. */
    static final int VALUES_MIN = 8;

    private static final int DRAWS = 2000;
    private static final double TAIL = 0.025;
    private static final long SEED = 1;

    /**
     * Where the ratio lies.
     *
     * @param low not above {@code high}
     */
    record Interval(double low, double high) {
        boolean contains(double ratio) {
            return low <= ratio && ratio <= high;
        }
    }

    private BlockBootstrap() {}

    /**
     * The interval of median(b) / median(a).
     *
     * @param a at least {@link #VALUES_MIN} values, none below 0
     * @param b as {@code a}
     */
    static Interval ofMedianRatio(double[] a, double[] b) {
        if (a.length < VALUES_MIN || b.length < VALUES_MIN) {
            throw new IllegalArgumentException("too few values: " + a.length + " and " + b.length);
        }
        SplittableRandom random = new SplittableRandom(SEED);
        double[] ratios = new double[DRAWS];
        double[] drawnA = new double[a.length];
        double[] drawnB = new double[b.length];
        for (int i = 0; i < DRAWS; i++) {
            draw(a, drawnA, random);
            draw(b, drawnB, random);
            ratios[i] = ratio(median(drawnB), median(drawnA));
        }
        Arrays.sort(ratios);
        int low = (int) Math.floor(TAIL * (DRAWS - 1));
        return new Interval(ratios[low], ratios[DRAWS - 1 - low]);
    }

    /** One where both are 0: they are alike. */
    static double ratio(double b, double a) {
        return a == b ? 1 : b / a;
    }

    private static void draw(double[] from, double[] into, SplittableRandom random) {
        int block = Math.max(1, (int) Math.round(Math.cbrt(from.length)));
        for (int filled = 0; filled < into.length; filled += block) {
            int start = random.nextInt(from.length - block + 1);
            System.arraycopy(from, start, into, filled, Math.min(block, into.length - filled));
        }
    }

    /** Sorts the values. */
    private static double median(double[] values) {
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}

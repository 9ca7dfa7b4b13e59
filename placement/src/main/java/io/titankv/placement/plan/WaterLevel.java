package io.titankv.placement.plan;

import java.util.Arrays;

/** How an amount is spread so that what results is as even as can be: like water that finds its level. Pure functions. */
final class WaterLevel {
    private WaterLevel() {}

    /** What each vessel gets when an amount is poured into all: the emptiest get most, the fullest maybe none. */
    static double[] poured(double[] held, double amount) {
        double[] sorted = held.clone();
        Arrays.sort(sorted);
        double below = 0;
        double level = 0;
        for (int i = 0; i < sorted.length; i++) {
            below += sorted[i];
            level = (below + amount) / (i + 1);
            if (i + 1 == sorted.length || level <= sorted[i + 1]) {
                break;
            }
        }
        double[] gets = new double[held.length];
        for (int i = 0; i < held.length; i++) {
            gets[i] = Math.max(0, level - held[i]);
        }
        return gets;
    }

    /** What each vessel gives when an amount, at most all of it, is taken from all: the fullest give most. */
    static double[] taken(double[] held, double amount) {
        double[] mirrored = new double[held.length];
        for (int i = 0; i < held.length; i++) {
            mirrored[i] = -held[i];
        }
        double[] gives = poured(mirrored, amount);
        for (int i = 0; i < held.length; i++) {
            gives[i] = Math.min(gives[i], held[i]);
        }
        return gives;
    }
}

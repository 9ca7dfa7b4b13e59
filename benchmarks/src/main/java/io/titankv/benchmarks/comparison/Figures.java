package io.titankv.benchmarks.comparison;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;

/** What becomes of measured numbers before they are shown. Pure. */
public final class Figures {
    /** More digits than that are noise. */
    private static final MathContext DIGITS = new MathContext(5);

    private Figures() {}

    /** The middle one; of an even number the mean of the two. */
    public static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Five digits, and whole numbers without a point. */
    public static BigDecimal rounded(double figure) {
        BigDecimal rounded = new BigDecimal(figure).round(DIGITS).stripTrailingZeros();
        return rounded.scale() < 0 ? rounded.setScale(0) : rounded;
    }
}

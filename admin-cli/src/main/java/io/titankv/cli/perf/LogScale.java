package io.titankv.cli.perf;

import java.util.ArrayList;
import java.util.List;

/**
 * A logarithmic axis. Immutable.
 *
 * @param low above 0, below {@code high}
 * @param lowAt where on the picture {@code low} is
 */
record LogScale(double low, double high, double lowAt, double highAt) {
    /** With more ticks than this they are only at powers of ten. */
    private static final int TICKS_MAX = 9;

    /** Over these values, to the next 1, 2 or 5 times a power of ten on both sides. */
    static LogScale over(double least, double most, double lowAt, double highAt) {
        double high = PerfPlot.roundStep(most);
        double low = 1 / PerfPlot.roundStep(1 / least);
        return new LogScale(low, low < high ? high : low * 10, lowAt, highAt);
    }

    /** Values outside are drawn at the edge. */
    double at(double value) {
        double part = Math.log(Math.clamp(value, low, high) / low) / Math.log(high / low);
        return lowAt + (highAt - lowAt) * part;
    }

    List<Double> ticks() {
        List<Double> fine = ticks(new double[] {1, 2, 5});
        return fine.size() <= TICKS_MAX ? fine : ticks(new double[] {1});
    }

    private List<Double> ticks(double[] factors) {
        List<Double> ticks = new ArrayList<>();
        for (double decade = Math.pow(10, Math.floor(Math.log10(low))); decade <= high * 1.01; decade *= 10) {
            for (double factor : factors) {
                double tick = factor * decade;
                if (tick >= low * 0.999 && tick <= high * 1.001) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }
}

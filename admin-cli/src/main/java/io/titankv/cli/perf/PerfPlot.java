package io.titankv.cli.perf;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * A picture of one result or of several laid over each other: latency by percentile, both axes logarithmic, so that each nine
 * takes as much room as the one before; and below it operations a second over time. Confined to one thread.
 */
final class PerfPlot {
    private static final int WIDTH = 880;
    private static final int HEIGHT = 726;
    private static final int LEFT = 76;
    private static final int RIGHT = 24;
    private static final int LEGEND_Y = 86;
    private static final int LATENCY_TOP = 122;
    private static final int LATENCY_HEIGHT = 300;
    private static final int RATE_TOP = 500;
    private static final int RATE_HEIGHT = 170;
    private static final int PLOT_WIDTH = WIDTH - LEFT - RIGHT;
    /** Points that the iteration over a histogram gives for each halving of what is left. */
    private static final int TICKS_PER_HALF = 8;

    private static final int NINES_MIN = 2;
    private static final int NINES_MAX = 7;

    /** @param name of the result where there are several, else empty */
    record Run(String name, RunMeasurement result) {}

    private final List<Run> runs;
    private final SvgCanvas svg = new SvgCanvas(WIDTH, HEIGHT);

    private PerfPlot(List<Run> runs) {
        this.runs = runs;
    }

    /**
     * A document of its own.
     *
     * @param subtitle of at most two lines
     * @param runs at most two, as there are two kinds of lines
     */
    static String draw(String title, String subtitle, List<Run> runs) {
        PerfPlot plot = new PerfPlot(List.copyOf(runs));
        plot.svg.text(LEFT, 28, "start", "title", title);
        int y = 47;
        for (String line : subtitle.lines().toList()) {
            plot.svg.text(LEFT, y, "start", "tick", line);
            y += 15;
        }
        plot.legend();
        plot.latencies();
        plot.rates();
        return plot.svg.document(title);
    }

    private static String lineClass(Kind kind, int run) {
        return (kind == Kind.READ ? "reads" : "writes") + (run == 0 ? "" : " second");
    }

    private void legend() {
        int x = LEFT;
        for (int i = 0; i < runs.size(); i++) {
            for (Kind kind : Kind.values()) {
                if (runs.get(i).result().of(kind).getTotalCount() == 0) {
                    continue;
                }
                String name = runs.get(i).name();
                String text = (name.isEmpty() ? "" : name + " ") + (kind == Kind.READ ? "reads" : "writes");
                svg.line(lineClass(kind, i), x, LEGEND_Y - 4, x + 28, LEGEND_Y - 4);
                svg.text(x + 34, LEGEND_Y, "start", "", text);
                x += 60 + text.length() * 7;
            }
        }
        if (runs.stream().anyMatch(run -> run.result().failed() > 0)) {
            svg.dot("errors", x + 6, LEGEND_Y - 4);
            svg.text(x + 16, LEGEND_Y, "start", "", "seconds with errors");
        }
    }

    private void latencies() {
        long most = 1;
        double low = Double.MAX_VALUE;
        double high = 0;
        for (Run run : runs) {
            for (Kind kind : Kind.values()) {
                Histogram histogram = run.result().of(kind);
                if (histogram.getTotalCount() > 0) {
                    most = Math.max(most, histogram.getTotalCount());
                    low = Math.min(low, Math.max(1000, histogram.getMinNonZeroValue()) / 1e6);
                    high = Math.max(high, histogram.getMaxValue() / 1e6);
                }
            }
        }
        svg.text(LEFT, LATENCY_TOP - 12, "start", "heading", "latency by percentile, from when an operation was due");
        if (high == 0) {
            svg.text(
                    LEFT + PLOT_WIDTH / 2.0,
                    LATENCY_TOP + LATENCY_HEIGHT / 2.0,
                    "middle",
                    "",
                    "no operation succeeded");
            return;
        }
        int nines = Math.clamp((long) Math.ceil(Math.log10((double) most)), NINES_MIN, NINES_MAX);
        LogScale millis = LogScale.over(low, high, LATENCY_TOP + LATENCY_HEIGHT, LATENCY_TOP);
        millisGrid(millis);
        ninesGrid(nines);
        for (int i = 0; i < runs.size(); i++) {
            for (Kind kind : Kind.values()) {
                curve(runs.get(i).result().of(kind), nines, millis, lineClass(kind, i));
            }
        }
    }

    private void millisGrid(LogScale millis) {
        for (double tick : millis.ticks()) {
            double y = millis.at(tick);
            svg.line("grid", LEFT, y, LEFT + PLOT_WIDTH, y);
            svg.text(LEFT - 8, y + 4, "end", "tick", millisText(tick));
        }
    }

    static String millisText(double millis) {
        if (millis >= 1000) {
            return number(millis / 1000) + " s";
        }
        return millis >= 1 ? number(millis) + " ms" : number(millis * 1000) + " µs";
    }

    private static String number(double value) {
        String text = String.format(java.util.Locale.ROOT, "%.3f", value);
        return text.replaceAll("\\.?0+$", "");
    }

    private void ninesGrid(int nines) {
        for (int i = 0; i <= nines; i++) {
            double x = LEFT + PLOT_WIDTH * (double) i / nines;
            svg.line("grid", x, LATENCY_TOP, x, LATENCY_TOP + LATENCY_HEIGHT);
            String text = switch (i) {
                case 0 -> "0 %";
                case 1 -> "90 %";
                case 2 -> "99 %";
                default -> "99." + "9".repeat(i - 2) + " %";
            };
            svg.text(x, LATENCY_TOP + LATENCY_HEIGHT + 18, i == nines ? "end" : "middle", "tick", text);
        }
        double median = LEFT + PLOT_WIDTH * Math.log10(2) / nines;
        svg.line("grid", median, LATENCY_TOP, median, LATENCY_TOP + LATENCY_HEIGHT);
        svg.text(median, LATENCY_TOP + LATENCY_HEIGHT + 18, "middle", "tick", "50 %");
    }

    private void curve(Histogram histogram, int nines, LogScale millis, String lineClass) {
        if (histogram.getTotalCount() == 0) {
            return;
        }
        List<double[]> points = new ArrayList<>();
        for (HistogramIterationValue value : histogram.percentiles(TICKS_PER_HALF)) {
            double left = Math.max(1 - value.getPercentileLevelIteratedTo() / 100, Math.pow(10, -nines));
            double x = LEFT + PLOT_WIDTH * -Math.log10(left) / nines;
            points.add(new double[] {x, millis.at(value.getValueIteratedTo() / 1e6)});
        }
        svg.path(lineClass, points);
    }

    private void rates() {
        double lastSecond = 1;
        double most = 1;
        for (Run run : runs) {
            for (Second second : run.result().series()) {
                lastSecond = Math.max(lastSecond, second.endSeconds());
                most = Math.max(most, Math.max(second.rate(Kind.READ), second.rate(Kind.WRITE)));
            }
        }
        svg.text(LEFT, RATE_TOP - 12, "start", "heading", "operations a second");
        double step = roundStep(most / 4);
        double top = Math.ceil(most / step) * step;
        for (double tick = 0; tick <= top + step / 2; tick += step) {
            double y = RATE_TOP + RATE_HEIGHT * (1 - tick / top);
            svg.line("grid", LEFT, y, LEFT + PLOT_WIDTH, y);
            svg.text(LEFT - 8, y + 4, "end", "tick", String.format(java.util.Locale.ROOT, "%,d", Math.round(tick)));
        }
        double secondsStep = Math.max(1, roundStep(lastSecond / 10));
        for (double tick = 0; tick <= lastSecond + 0.01; tick += secondsStep) {
            double x = LEFT + PLOT_WIDTH * tick / lastSecond;
            svg.text(x, RATE_TOP + RATE_HEIGHT + 18, "middle", "tick", Math.round(tick) + " s");
        }
        for (int i = 0; i < runs.size(); i++) {
            series(i, lastSecond, top);
        }
    }

    private void series(int run, double lastSecond, double top) {
        RunMeasurement result = runs.get(run).result();
        for (Kind kind : Kind.values()) {
            if (result.of(kind).getTotalCount() > 0) {
                svg.path(
                        lineClass(kind, run),
                        result.series().stream()
                                .map(second -> new double[] {
                                    x(second, lastSecond), RATE_TOP + RATE_HEIGHT * (1 - second.rate(kind) / top)
                                })
                                .toList());
            }
        }
        for (Second second : result.series()) {
            if (second.errors() > 0) {
                svg.dot("errors", x(second, lastSecond), RATE_TOP + RATE_HEIGHT);
            }
        }
    }

    /** The middle of a second. */
    private static double x(Second second, double lastSecond) {
        return LEFT + PLOT_WIDTH * (second.endSeconds() - second.seconds() / 2) / lastSecond;
    }

    /** The least of 1, 2 and 5 times a power of ten that is not less. */
    static double roundStep(double least) {
        double decade = Math.pow(10, Math.floor(Math.log10(least)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * decade >= least * 0.999_999) {
                return factor * decade;
            }
        }
        return 10 * decade;
    }
}

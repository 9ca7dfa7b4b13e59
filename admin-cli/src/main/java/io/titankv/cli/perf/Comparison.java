package io.titankv.cli.perf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Two results, figure by figure. The figures are those of the whole runs; whether they differ is judged by the seconds: by the
 * interval of the ratio of the medians of the figure in each second. Pure functions.
 */
final class Comparison {
    /** How one figure of B stands to A's. */
    enum Verdict {
        BETTER("B better"),
        WORSE("B worse"),
        NOISE("within noise"),
        TOO_SHORT("too short to say"),
        UNJUDGED("-");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /**
     * One figure.
     *
     * @param interval of the ratio of medians of seconds, where there are enough of them
     */
    record Figure(String name, double a, double b, Optional<BlockBootstrap.Interval> interval, Verdict verdict) {
        double ratio() {
            return BlockBootstrap.ratio(b, a);
        }
    }

    private Comparison() {}

    /** Rates first, then latencies in milliseconds of the kinds that both have, then what went wrong. */
    static List<Figure> of(RunMeasurement a, RunMeasurement b) {
        List<Figure> figures = new ArrayList<>();
        figures.add(judged(
                "operations/s",
                a.rate(a.operations()),
                b.rate(b.operations()),
                values(a, Second::rate),
                values(b, Second::rate),
                true));
        for (Kind kind : Kind.values()) {
            if (a.of(kind).getTotalCount() > 0 && b.of(kind).getTotalCount() > 0) {
                latencies(figures, kind, a, b);
            }
        }
        figures.add(new Figure("errors", (double) a.failed(), (double) b.failed(), Optional.empty(), Verdict.UNJUDGED));
        figures.add(
                new Figure("started late", (double) a.late(), (double) b.late(), Optional.empty(), Verdict.UNJUDGED));
        figures.add(new Figure(
                "never started", (double) a.unstarted(), (double) b.unstarted(), Optional.empty(), Verdict.UNJUDGED));
        return figures;
    }

    private static void latencies(List<Figure> figures, Kind kind, RunMeasurement a, RunMeasurement b) {
        String name = kind == Kind.READ ? "read" : "write";
        latency(figures, name + " p50 ms", kind, a, b, Latencies::p50Nanos);
        latency(figures, name + " p90 ms", kind, a, b, Latencies::p90Nanos);
        latency(figures, name + " p99 ms", kind, a, b, Latencies::p99Nanos);
        latency(figures, name + " p99.9 ms", kind, a, b, Latencies::p999Nanos);
        // One operation decides it: no judgement on that.
        figures.add(new Figure(
                name + " max ms",
                Latencies.of(a.of(kind)).maxNanos() / 1e6,
                Latencies.of(b.of(kind)).maxNanos() / 1e6,
                Optional.empty(),
                Verdict.UNJUDGED));
    }

    private static void latency(
            List<Figure> figures,
            String name,
            Kind kind,
            RunMeasurement a,
            RunMeasurement b,
            ToDoubleFunction<Latencies> nanos) {
        figures.add(judged(
                name,
                nanos.applyAsDouble(Latencies.of(a.of(kind))) / 1e6,
                nanos.applyAsDouble(Latencies.of(b.of(kind))) / 1e6,
                answered(a, kind, nanos),
                answered(b, kind, nanos),
                false));
    }

    private static double[] values(RunMeasurement result, ToDoubleFunction<Second> value) {
        return result.series().stream().mapToDouble(value).toArray();
    }

    /** A second in which nothing was answered has no latency: it shows in the rate. */
    private static double[] answered(RunMeasurement result, Kind kind, ToDoubleFunction<Latencies> value) {
        return result.series().stream()
                .map(second -> second.of(kind))
                .filter(latencies -> latencies.count() > 0)
                .mapToDouble(value)
                .toArray();
    }

    private static Figure judged(
            String name, double a, double b, double[] secondsOfA, double[] secondsOfB, boolean isMoreBetter) {
        if (secondsOfA.length < BlockBootstrap.VALUES_MIN || secondsOfB.length < BlockBootstrap.VALUES_MIN) {
            return new Figure(name, a, b, Optional.empty(), Verdict.TOO_SHORT);
        }
        BlockBootstrap.Interval interval = BlockBootstrap.ofMedianRatio(secondsOfA, secondsOfB);
        Verdict verdict = interval.contains(1)
                ? Verdict.NOISE
                : interval.low() > 1 == isMoreBetter ? Verdict.BETTER : Verdict.WORSE;
        return new Figure(name, a, b, Optional.of(interval), verdict);
    }
}

package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.cli.perf.Comparison.Figure;
import io.titankv.cli.perf.Comparison.Verdict;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static Map<String, Figure> figures(RunMeasurement a, RunMeasurement b) {
        return Comparison.of(a, b).stream().collect(Collectors.toMap(Figure::name, Function.identity()));
    }

    private static Verdict verdict(Map<String, Figure> figures, String name) {
        return java.util.Objects.requireNonNull(figures.get(name)).verdict();
    }

    @Test
    void theSameLoadTwiceIsWithinTheNoise() {
        int judged = 0;
        int noise = 0;
        for (int seed = 0; seed < 20; seed++) {
            for (Figure figure :
                    Comparison.of(Measurements.of(30, 400, 800, seed), Measurements.of(30, 400, 800, ~seed))) {
                judged += figure.interval().isPresent() ? 1 : 0;
                noise += figure.verdict() == Verdict.NOISE ? 1 : 0;
            }
        }
        // 1 + 2 * 4 figures each. Of intervals of 95 % one in twenty is wrong, and the figures of a pair err together.
        assertThat(judged).isEqualTo(180);
        assertThat(noise).isBetween(155, 179);
    }

    @Test
    void moreOperationsAreBetterAndLongerWaitsAreWorse() {
        Map<String, Figure> figures = figures(Measurements.of(30, 2000, 800, 1), Measurements.of(30, 3000, 1200, 2));
        assertThat(verdict(figures, "operations/s")).isEqualTo(Verdict.BETTER);
        assertThat(verdict(figures, "read p50 ms")).isEqualTo(Verdict.WORSE);
        assertThat(verdict(figures, "write p90 ms")).isEqualTo(Verdict.WORSE);
        Map<String, Figure> turned = figures(Measurements.of(30, 3000, 1200, 2), Measurements.of(30, 2000, 800, 1));
        assertThat(verdict(turned, "operations/s")).isEqualTo(Verdict.WORSE);
        assertThat(verdict(turned, "read p50 ms")).isEqualTo(Verdict.BETTER);
    }

    @Test
    void theRatioIsThatOfTheWholeRuns() {
        RunMeasurement a = Measurements.of(30, 2000, 800, 1);
        RunMeasurement b = Measurements.of(30, 3000, 1200, 2);
        Figure rate = Comparison.of(a, b).getFirst();
        assertThat(rate.ratio()).isEqualTo((double) b.operations() / a.operations());
        assertThat(rate.interval().orElseThrow().contains(rate.ratio())).isTrue();
    }

    @Test
    void aShortRunIsNotJudged() {
        Map<String, Figure> figures = figures(Measurements.of(7, 2000, 800, 1), Measurements.of(30, 9000, 800, 2));
        assertThat(verdict(figures, "operations/s")).isEqualTo(Verdict.TOO_SHORT);
    }

    @Test
    void theLongestLatencyAndErrorsAreNotJudged() {
        RunMeasurement a = Measurements.of(30, 2000, 800, 1);
        Map<String, Figure> figures = figures(a, Measurements.withErrors(a));
        assertThat(verdict(figures, "read max ms")).isEqualTo(Verdict.UNJUDGED);
        assertThat(java.util.Objects.requireNonNull(figures.get("errors")).b()).isEqualTo(2);
        assertThat(java.util.Objects.requireNonNull(figures.get("never started"))
                        .b())
                .isEqualTo(5);
    }
}

package io.titankv.benchmarks.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BarPlotTest {
    private static BarPlot.Group group(double ofTitan, double ofOther) {
        return new BarPlot.Group(
                "get, 16+100 B",
                "a second",
                List.of(new BarPlot.Bar("titan", ofTitan), new BarPlot.Bar("a<b>&\"c", ofOther)));
    }

    @Test
    void thePictureIsWellFormedAndSaysNamesFiguresAndRatios() throws Exception {
        Svg picture = Svg.parse(BarPlot.draw("Operations", List.of(group(2_000_000, 500_000))));
        assertThat(picture.texts())
                .containsExactly(
                        "Operations",
                        "titan",
                        "a<b>&\"c",
                        "get, 16+100 B",
                        "a second",
                        "2,000,000",
                        "500,000  (0.250 x titan)");
        // The background, two in the legend, two bars.
        assertThat(picture.count("rect")).isEqualTo(5);
    }

    @Test
    void nothingOfTheFirstIsNoRatio() throws Exception {
        assertThat(Svg.parse(BarPlot.draw("Reads", List.of(group(0, 1.5)))).texts())
                .contains("0", "1.50");
    }

    @Test
    void nothingMeasuredIsAnEmptyPicture() throws Exception {
        assertThat(Svg.parse(BarPlot.draw("Nothing", List.of())).texts()).containsExactly("Nothing");
    }
}

package io.titankv.benchmarks.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void theMedianIsTheMiddleOneOrTheMeanOfTwo() {
        assertThat(Figures.median(List.of(50.0, 10.0, 40.0))).isEqualTo(40);
        assertThat(Figures.median(List.of(4.0, 1.0, 2.0, 9.0))).isEqualTo(3);
    }

    @Test
    void fiveDigitsAreShown() {
        assertThat(Figures.rounded(1_234_567)).hasToString("1234600");
        assertThat(Figures.rounded(1.234567)).hasToString("1.2346");
        assertThat(Figures.rounded(100)).hasToString("100");
        assertThat(Figures.rounded(0)).hasToString("0");
    }
}

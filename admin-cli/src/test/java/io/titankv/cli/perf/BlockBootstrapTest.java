package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.cli.perf.BlockBootstrap.Interval;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class BlockBootstrapTest {
    private static double[] scattered(int length, double centre, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return DoubleStream.generate(() -> centre * random.nextDouble(0.8, 1.2))
                .limit(length)
                .toArray();
    }

    /** Each value near the one before, as seconds of a real run are. */
    private static double[] wandering(int length, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[length];
        double drift = 0;
        for (int i = 0; i < length; i++) {
            drift = 0.8 * drift + random.nextDouble(-10, 10);
            values[i] = 100 + drift;
        }
        return values;
    }

    @Test
    void theIntervalHoldsTheTrueRatioNearlyAlways() {
        int held = 0;
        for (int seed = 0; seed < 200; seed++) {
            held += BlockBootstrap.ofMedianRatio(scattered(30, 100, seed), scattered(40, 120, ~seed))
                            .contains(1.2)
                    ? 1
                    : 0;
        }
        // 95 % of 200 is 190; a bootstrap of few values is a little too sure of itself.
        assertThat(held).isBetween(175, 200);
    }

    @Test
    void neighboursThatAreAlikeMakeItLessSure() {
        double[] wandering = wandering(60, 1);
        double[] shuffled = wandering.clone();
        SplittableRandom random = new SplittableRandom(2);
        for (int i = shuffled.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            double value = shuffled[i];
            shuffled[i] = shuffled[other];
            shuffled[other] = value;
        }
        Interval ofNeighbours = BlockBootstrap.ofMedianRatio(wandering, wandering);
        Interval ofShuffled = BlockBootstrap.ofMedianRatio(shuffled, shuffled);
        assertThat(ofNeighbours.high() - ofNeighbours.low()).isGreaterThan(ofShuffled.high() - ofShuffled.low());
    }

    @Test
    void seriesWithoutChangeAreCertain() {
        double[] tens = scattered(10, 0, 1);
        java.util.Arrays.fill(tens, 10);
        double[] twenties = tens.clone();
        java.util.Arrays.fill(twenties, 20);
        assertThat(BlockBootstrap.ofMedianRatio(tens, twenties)).isEqualTo(new Interval(2, 2));
        assertThat(BlockBootstrap.ofMedianRatio(new double[10], new double[10])).isEqualTo(new Interval(1, 1));
    }

    @Test
    void tooFewValuesAreRefused() {
        assertThatThrownBy(() -> BlockBootstrap.ofMedianRatio(new double[7], new double[30]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

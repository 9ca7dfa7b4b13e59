package io.titankv.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ZipfianTest {
    private static final int ITEMS = 1000;
    private static final int DRAWS = 1_000_000;

    @Test
    void ranksHaveTheFrequenciesOfTheLaw() {
        Zipfian zipfian = new Zipfian(ITEMS, new SplittableRandom(1));
        int[] counts = new int[ITEMS];
        for (int i = 0; i < DRAWS; i++) {
            counts[zipfian.nextRank()]++;
        }
        double zeta = 0;
        for (int rank = 1; rank <= ITEMS; rank++) {
            zeta += Math.pow(rank, -0.99);
        }
        // The method is exact for the first two ranks and an approximation for the others.
        assertThat(counts[0] / (double) DRAWS).isCloseTo(1 / zeta, within(0.003));
        assertThat(counts[1] / (double) DRAWS).isCloseTo(Math.pow(2, -0.99) / zeta, within(0.003));
        double firstHundred = Arrays.stream(counts, 0, 100).sum() / (double) DRAWS;
        double expected = 0;
        for (int rank = 1; rank <= 100; rank++) {
            expected += Math.pow(rank, -0.99) / zeta;
        }
        assertThat(firstHundred).isCloseTo(expected, within(0.02));
    }

    @Test
    void scramblingScattersTheFrequentOnes() {
        Zipfian zipfian = new Zipfian(ITEMS, new SplittableRandom(1));
        int inFirstTenth = 0;
        for (int i = 0; i < DRAWS; i++) {
            int item = zipfian.nextScrambled();
            assertThat(item).isBetween(0, ITEMS - 1);
            inFirstTenth += item < ITEMS / 10 ? 1 : 0;
        }
        assertThat(inFirstTenth / (double) DRAWS).isLessThan(0.5);
    }

    @Test
    void oneItemIsEnough() {
        assertThat(new Zipfian(1, new SplittableRandom(1)).nextRank()).isZero();
    }

    @Test
    void theShareOfWritesIsAsAskedFor() {
        int[] operations = Operations.zipfian(ITEMS, 100_000, 0.05, 1);
        long writes =
                Arrays.stream(operations).filter(operation -> operation < 0).count();
        assertThat(writes / 100_000.0).isCloseTo(0.05, within(0.005));
        assertThat(Operations.writeEach(3)).containsExactly(~0, ~1, ~2);
    }
}

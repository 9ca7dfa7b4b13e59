package io.titankv.cli.perf;

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
    void theSumForManyItemsIsThatOfItsTerms() {
        for (int items : new int[] {1, 2, 65_536, 65_537, 1_000_000}) {
            double sum = 0;
            for (int i = items; i >= 1; i--) {
                sum += Math.pow(i, -0.99);
            }
            assertThat(Zipfian.zeta(items)).isCloseTo(sum, within(sum * 1e-12));
        }
    }

    @Test
    void asManyItemsAsCanBeAreReadyAtOnce() {
        Zipfian zipfian = new Zipfian(Integer.MAX_VALUE, new SplittableRandom(1));
        for (int i = 0; i < 1000; i++) {
            assertThat(zipfian.nextScrambled()).isNotNegative();
        }
    }
}

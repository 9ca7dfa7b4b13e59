package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

class DistributionTest {
    private static int mostFrequent(Distribution distribution) {
        IntSupplier keys = distribution.over(1000, new SplittableRandom(1));
        int[] counts = new int[1000];
        for (int i = 0; i < 100_000; i++) {
            counts[keys.getAsInt()]++;
        }
        return Arrays.stream(counts).max().orElse(0);
    }

    @Test
    void zipfHasAFavouriteAndUniformHasNone() {
        // A key's even part is 100; the most frequent of a thousand has 13 % of a zipfian load.
        assertThat(mostFrequent(Distribution.uniform)).isLessThan(160);
        assertThat(mostFrequent(Distribution.zipf)).isBetween(12_000, 16_000);
    }
}

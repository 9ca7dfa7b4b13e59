package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SplitMix64Test {
    @Test
    void isTheFunctionOfThePaper() {
        // The first output of the generator with seed 0, as published with its reference implementation.
        assertThat(SplitMix64.mix(0)).isEqualTo(0xE220_A839_7B1D_CDAFL);
        assertThat(SplitMix64.mix(SplitMix64.GOLDEN)).isEqualTo(0x6E78_9E6A_A1B9_65F4L);
    }

    @Test
    void neighboursShareAboutHalfOfTheirBits() {
        SplittableRandom random = new SplittableRandom(1);
        long differing = 0;
        for (int i = 0; i < 10_000; i++) {
            long seed = random.nextLong();
            differing += Long.bitCount(SplitMix64.mix(seed) ^ SplitMix64.mix(seed + 1));
        }
        assertThat(differing / 10_000.0).isBetween(31.0, 33.0);
    }
}

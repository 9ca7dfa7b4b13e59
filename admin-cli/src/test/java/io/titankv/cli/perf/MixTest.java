package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MixTest {
    @Test
    void readsAndWritesComeInTheirParts() {
        Mix mix = Mix.parse("95:5");
        SplittableRandom random = new SplittableRandom(1);
        int reads = 0;
        for (int i = 0; i < 100_000; i++) {
            reads += mix.next(random) == Kind.READ ? 1 : 0;
        }
        assertThat(reads / 100_000.0).isCloseTo(0.95, within(0.005));
    }

    @Test
    void oneKindAloneIsAMixToo() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1000; i++) {
            assertThat(Mix.parse("1:0").next(random)).isEqualTo(Kind.READ);
            assertThat(Mix.parse("0:1").next(random)).isEqualTo(Kind.WRITE);
        }
    }

    @Test
    void nonsenseIsNamed() {
        assertThatThrownBy(() -> Mix.parse("50")).hasMessage("write READS:WRITES, e.g. 50:50 or 95:5, not '50'");
        assertThatThrownBy(() -> Mix.parse("-1:2")).hasMessageContaining("not '-1:2'");
        assertThatThrownBy(() -> Mix.parse("0:0")).hasMessageContaining("no load: 0:0");
        assertThat(Mix.parse("3:1")).hasToString("3:1");
    }
}

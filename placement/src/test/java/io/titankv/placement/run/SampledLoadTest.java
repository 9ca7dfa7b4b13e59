package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.TokenRange;
import io.titankv.placement.run.SampledLoad.Hot;
import io.titankv.placement.run.SampledLoad.Spread;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class SampledLoadTest {
    private static final long HIGH = -5;

    private static List<Long> tokens(long from, int count) {
        return LongStream.range(from, from + count).boxed().toList();
    }

    @Test
    void eachTokenStandsForWhatWasDoneForEachSampled() {
        Spread spread = SampledLoad.NONE
                .with(tokens(100, 10), 1_000)
                .with(List.of(105L, HIGH), 20)
                .spread();
        assertThat(spread.within(new TokenRange(0, 0))).isEqualTo(1_020);
        assertThat(spread.within(new TokenRange(100, 105))).isEqualTo(500);
        assertThat(spread.within(new TokenRange(105, 106))).isEqualTo(110);
        assertThat(spread.within(new TokenRange(110, HIGH))).isZero();
        assertThat(spread.within(new TokenRange(HIGH, 0))).isEqualTo(10);
    }

    @Test
    void onlyTheLatestSamplesCount() {
        SampledLoad load = SampledLoad.NONE.with(List.of(1L), 1_000_000);
        for (int i = 0; i < SampledLoad.SAMPLES_MAX; i++) {
            load = load.with(List.of(2L), 10);
        }
        assertThat(load.spread().within(new TokenRange(0, 0))).isEqualTo(10 * SampledLoad.SAMPLES_MAX);
        assertThat(load.with(List.of(), 100)).isSameAs(load);
        assertThat(load.with(List.of(3L), 0)).isSameAs(load);
    }

    @Test
    void fewTokensTellNothing() {
        SampledLoad load = SampledLoad.NONE.with(tokens(0, SampledLoad.TOKENS_MIN - 1), 10);
        assertThat(load.spread().isTelling()).isFalse();
        assertThat(load.with(List.of(1L), 10).spread().isTelling()).isTrue();
        assertThat(load.and(load).spread().isTelling()).isTrue();
    }

    @Test
    void aTokenThatIsAskedForMuchIsHot() {
        Spread spread = SampledLoad.NONE
                .with(tokens(0, 100), 100)
                .with(Collections.nCopies(20, HIGH), 20)
                .spread();
        assertThat(spread.hot()).containsExactly(new Hot(HIGH, 20));
    }
}

package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RecordingTest {
    private static final long SECOND = 1_000_000_000;

    private final Recording recording = new Recording(10 * SECOND);

    @Test
    void eachSecondHasItsOwnAndTheWholeHasAll() {
        recording.succeeded(Kind.READ, 10 * SECOND, 1_000_000, true);
        recording.succeeded(Kind.WRITE, 10 * SECOND, 5_000_000, true);
        recording.cut(11 * SECOND);
        recording.succeeded(Kind.READ, 10 * SECOND, 2_000_000, false);
        recording.failed(11 * SECOND, new IllegalStateException("one\ntwo"));
        recording.cut(12 * SECOND + SECOND / 2);
        recording.succeeded(Kind.READ, 11 * SECOND, 3 * SECOND, true);
        recording.cutRest();

        List<Second> series = recording.series();
        assertThat(series).extracting(Second::operations).containsExactly(2L, 1L);
        assertThat(series).extracting(Second::errors).containsExactly(0L, 1L);
        assertThat(series).extracting(Second::seconds).containsExactly(1.0, 1.5);
        assertThat(series).extracting(Second::endSeconds).containsExactly(1.0, 2.5);
        assertThat(series.getLast().rate()).isEqualTo(1 / 1.5);
        assertThat(recording.total(Kind.READ).getTotalCount()).isEqualTo(3);
        assertThat(recording.total(Kind.READ).getMaxValue()).isBetween(3 * SECOND - 2_000_000, 3 * SECOND + 2_000_000);
        assertThat(recording.absent()).isEqualTo(1);
        assertThat(recording.errors().mostFrequent())
                .contains(new FailureCounts.Counted("IllegalStateException", 1, "one two"));
    }

    @Test
    void whatWasDueBeforeIsNotMeasured() {
        recording.succeeded(Kind.READ, 10 * SECOND - 1, 5 * SECOND, false);
        recording.failed(10 * SECOND - 1, new IllegalStateException());
        recording.cut(11 * SECOND);
        assertThat(recording.total(Kind.READ).getTotalCount()).isZero();
        assertThat(recording.failed()).isZero();
        assertThat(recording.absent()).isZero();
    }

    @Test
    void aShortRestIsNoSecond() {
        recording.cut(11 * SECOND);
        recording.succeeded(Kind.READ, 11 * SECOND, 1_000_000, true);
        assertThat(recording.cut(11 * SECOND + SECOND / 4)).isNull();
        assertThat(recording.series()).hasSize(1);
        assertThat(recording.total(Kind.READ).getTotalCount()).isEqualTo(1);
    }

    @Test
    void timesBeyondTheScaleAreItsEnds() {
        recording.succeeded(Kind.READ, 10 * SECOND, -5, true);
        recording.succeeded(Kind.READ, 10 * SECOND, Long.MAX_VALUE, true);
        recording.cutRest();
        assertThat(recording.total(Kind.READ).getTotalCount()).isEqualTo(2);
    }
}

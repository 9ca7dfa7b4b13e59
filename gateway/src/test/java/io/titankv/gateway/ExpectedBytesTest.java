package io.titankv.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class ExpectedBytesTest {
    private final ExpectedBytes expected = new ExpectedBytes();

    @Test
    void nothingIsExpectedBeforeAnythingCame() {
        assertThat(expected.bytes()).isZero();
    }

    @Property(tries = 50)
    void isTwiceWhatKeepsComing(
            @ForAll @IntRange(max = 16 << 20) int before, @ForAll @IntRange(max = 16 << 20) int bytes) {
        ExpectedBytes moving = new ExpectedBytes();
        for (int i = 0; i < 400; i++) {
            moving.add(before);
        }
        for (int i = 0; i < 400; i++) {
            moving.add(bytes);
        }
        assertThat(moving.bytes()).isEqualTo(2 * bytes);
    }

    @Test
    void theLargestIsNoOverflow() {
        for (int i = 0; i < 1_000; i++) {
            expected.add(Integer.MAX_VALUE);
        }
        assertThat(expected.bytes()).isEqualTo(Integer.MAX_VALUE);
    }
}

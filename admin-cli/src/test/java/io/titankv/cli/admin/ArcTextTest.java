package io.titankv.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.model.TokenRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ArcTextTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -2})
    void whatCommandsPrintIsReadAgain(long start) {
        TokenRange range = new TokenRange(start, -1);
        assertThat(ArcText.parse(range.toString())).isEqualTo(range);
        TokenRange toTheEnd = new TokenRange(start, 0);
        assertThat(ArcText.parse(toTheEnd.toString())).isEqualTo(toTheEnd);
    }

    @Test
    void decimalNumbersAndHexadecimalOnesAreToldApart() {
        assertThat(ArcText.parse("10", "0x10")).isEqualTo(new TokenRange(10, 16));
        assertThat(ArcText.parse("0000000000000010", "ABC")).isEqualTo(new TokenRange(16, 0xabc));
        assertThat(ArcText.parse("18446744073709551615", "18446744073709551616"))
                .isEqualTo(new TokenRange(-1, 0));
        assertThat(ArcText.parse("0", "0")).isEqualTo(TokenRange.WHOLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1,2,3", "-1,2", "(1, 2]", "0x,1", "1,0x11111111111111111", "end,5", "5,5"})
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> ArcText.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsPastTheRingIsNamedWithItsLimit() {
        assertThatThrownBy(() -> ArcText.parse("18446744073709551616", "end"))
                .hasMessage("token 18446744073709551616 is past the ring's last, ffffffffffffffff:"
                        + " 18446744073709551615");
        assertThatThrownBy(() -> ArcText.parse("end", "5"))
                .hasMessageContaining("the ring's end is no start of an arc: write 0");
    }
}

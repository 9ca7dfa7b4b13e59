package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UncheckedTokensTest {
    private final UncheckedTokens tokens = new UncheckedTokens(1000);

    @Test
    void roomIsBoundedByBytes() {
        tokens.add(1, 600);
        assertThat(tokens.haveRoomFor(1, 400)).isTrue();
        assertThat(tokens.haveRoomFor(1, 401)).isFalse();
        tokens.remove(1);
        assertThat(tokens.haveRoomFor(1, 1000)).isTrue();
    }

    @Test
    void roomIsBoundedByNumber() {
        for (int i = 0; i < UncheckedTokens.TOKENS_MAX; i++) {
            assertThat(tokens.haveRoomFor(1, 0)).isTrue();
            tokens.add(i, 0);
        }
        assertThat(tokens.haveRoomFor(1, 0)).isFalse();
    }

    @Test
    void aTokenCountsOnce() {
        tokens.add(1, 600);
        tokens.add(1, 300);
        assertThat(tokens.bytes()).isEqualTo(300);
        assertThat(tokens.size()).isEqualTo(1);
        tokens.remove(1);
        tokens.remove(1);
        assertThat(tokens.bytes()).isZero();
    }

    @Test
    void aRangeIsUnsignedAndAnEndOfZeroIsTheRingsEnd() {
        tokens.add(-1, 1);
        tokens.add(1, 1);
        assertThat(tokens.within(2, 0)).containsExactly(-1L);
        assertThat(tokens.within(0, 2)).containsExactly(1L);
        tokens.removeRange(1, -1);
        assertThat(tokens.within(0, 0)).containsExactly(-1L);
    }
}

package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.proto.internal.v1.TransferPart;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CopyProgressTest {
    private CopyProgress seen = CopyProgress.begun(0);
    private long now;

    /** What is told of the copy a nanosecond later; returns whether it got on. */
    private boolean getsOn(long attempt, long bytes) {
        now++;
        seen = seen.look(
                Optional.of(TransferPart.newBuilder()
                        .setAttempts(attempt)
                        .setBytesCopied(bytes)
                        .build()),
                now);
        return seen.sinceNanos() == now;
    }

    @Test
    void itGetsOnWhileAnAttemptCopiesMore() {
        assertThat(getsOn(1, 0)).isFalse();
        assertThat(getsOn(1, 10)).isTrue();
        assertThat(getsOn(1, 10)).isFalse();
        assertThat(getsOn(2, 0)).as("to begin anew is nothing").isFalse();
        assertThat(getsOn(2, 5)).as("a long copy that begins anew gets on").isTrue();
        assertThat(getsOn(2, 9)).isTrue();
    }

    @Test
    void silenceIsNoProgress() {
        assertThat(getsOn(1, 10)).isTrue();
        assertThat(seen.look(Optional.empty(), 9)).isEqualTo(seen);
    }

    @Test
    void attemptsThatFailAgainAndAgainBeforeTheyGetFurtherDoNotCountForEver() {
        assertThat(getsOn(1, 10)).isTrue();
        for (int attempt = 2; attempt <= 1 + CopyProgress.FUTILE_ATTEMPTS_MAX; attempt++) {
            assertThat(getsOn(attempt, 10)).isTrue();
        }
        int futile = 2 + CopyProgress.FUTILE_ATTEMPTS_MAX;
        assertThat(getsOn(futile, 10)).isFalse();
        assertThat(getsOn(futile, 11)).as("further than any before").isTrue();
        assertThat(getsOn(futile + 1, 3)).isTrue();
    }

    @Test
    void anotherLeaderMayCountItsAttemptsFromTheStart() {
        assertThat(getsOn(40, 10)).isTrue();
        assertThat(getsOn(1, 4)).isTrue();
        assertThat(getsOn(1 + CopyProgress.FUTILE_ATTEMPTS_MAX, 4)).isTrue();
    }
}

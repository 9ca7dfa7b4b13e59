package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.placement.run.TransferRound.Lasting;
import io.titankv.placement.state.TransferForm;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long transfers take, as one placement leader sees it. */
final class TransferTimesTest extends TransferRoundFixture {
    @Test
    void onceFrozenATransferDoesNotStall() {
        TransferTimes times = new TransferTimes();
        times.look(state, reports(), 1_000);
        assertThat(times.look(state, reports(), 4_000).get(1L))
                .isEqualTo(new Lasting(Duration.ofNanos(3_000), Duration.ZERO, Duration.ofNanos(3_000)));
        says(N2, importing().setAttempts(1).setBytesCopied(5));
        times.look(state, reports(), 5_000);
        assertThat(times.look(state, reports(), 6_000).get(1L))
                .isEqualTo(new Lasting(Duration.ofNanos(5_000), Duration.ZERO, Duration.ofNanos(1_000)));
        apply(TransferForm.freeze(CLUSTER, 1));
        assertThat(times.look(state, reports(), 7_000)).containsEntry(1L, Lasting.NOW);
    }

    @Test
    void timesAreCountedFromWhenThisLeaderSawThem() {
        TransferTimes times = new TransferTimes();
        apply(TransferForm.freeze(CLUSTER, 1));
        assertThat(times.look(state, reports(), 1_000)).containsEntry(1L, Lasting.NOW);
        says(N1, frozen());
        times.look(state, reports(), 1_400);
        leaders.remove(S1); // once frozen it stays so
        assertThat(times.look(state, reports(), 2_000))
                .containsEntry(1L, new Lasting(Duration.ofNanos(1_000), Duration.ofNanos(600), Duration.ZERO));
        apply(TransferForm.abort(CLUSTER, 1, "why not"));
        assertThat(times.look(state, reports(), 3_000))
                .containsEntry(1L, new Lasting(Duration.ZERO, Duration.ofNanos(1_600), Duration.ZERO));
    }
}

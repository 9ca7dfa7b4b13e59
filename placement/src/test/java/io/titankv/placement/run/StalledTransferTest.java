package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.TransferRecord;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Transfers that are prepared and do not get on, on simulated nodes with a clock that the test moves. */
final class StalledTransferTest extends RangeFixture {
    @Test
    void isUndoneWithItsOperationAsIfItHadNeverBegun() {
        startNodes("n1", "n2", "n3");
        PlacementState before = cluster.state();
        cluster.data.copies = false;
        split("s2");
        runUntil("it begins", () -> cluster.state().transfers().last() == 1);
        pass(MINUTE);
        assertThat(operation("op-1").getWaitingOn())
                .startsWith("transfer 1 has not got on for ")
                .endsWith(" s (0 bytes came in attempt 1), it is undone after 10 min");
        pass(TransferRound.STALLED_MAX.minusMinutes(2));
        assertThat(last().phase()).isEqualTo(Phase.RUNNING);

        runUntil("it is undone", Duration.ofMinutes(12), () -> !last().phase().isRunning());

        assertThat(last().phase()).isEqualTo(Phase.CANCELLED);
        assertThat(last().error())
                .isEqualTo("transfer 1 was undone, nothing was copied for 10 min: 0 bytes came in attempt 1");
        assertThat(cluster.state().ring()).isEqualTo(before.ring());
        assertThat(cluster.state().epoch()).isEqualTo(before.epoch());
        assertThat(cluster.state().journal().events())
                .anySatisfy(event -> {
                    assertThat(event.kind()).isEqualTo("transfer given up");
                    assertThat(event.text()).endsWith(": nothing was copied for 10 min: 0 bytes came in attempt 1");
                })
                .anySatisfy(event -> assertThat(event.kind()).isEqualTo("operation cancelled"));
        assertEveryTokenIsServedOnce();
        assertThat(cluster.shards).hasSize(6);
        pass(MINUTE);
        assertThat(cluster.state().transfers().last()).as("none begins anew").isEqualTo(1);
    }

    @Test
    void oneThatIsSlowButGetsOnIsNeverUndone() {
        startNodes("n1", "n2", "n3");
        cluster.data.caughtUpAfter = 1_000_000;
        split("s2");
        for (int minute = 0; minute < 30; minute++) {
            // Now and then it stands still for nearly as long as it may.
            cluster.data.copies = minute % 10 == 0;
            pass(MINUTE);
        }
        assertThat(Objects.requireNonNull(cluster.state().transfers().underWay().get(1L))
                        .phase())
                .isEqualTo(TransferRecord.Phase.PREPARING);
        cluster.data.copies = true;
        cluster.data.caughtUpAfter = 3;
        assertDone();
    }
}

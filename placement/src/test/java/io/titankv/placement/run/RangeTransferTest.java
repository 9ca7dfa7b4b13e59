package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Shards are made, split, merged and evened out, on simulated nodes. */
final class RangeTransferTest extends RangeFixture {
    @Test
    void aShardIsSplit() {
        startNodes("n1", "n2", "n3");
        double before = share("s2");

        assertThat(split("s2").getOperation().getOperationId()).isEqualTo("op-1");
        assertDone();

        assertThat(share("s2")).isCloseTo(before / 2, Offset.offset(1e-6));
        assertThat(share("s7")).isCloseTo(before / 2, Offset.offset(1e-6));
    }
}

package io.titankv.benchmarks.growth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FrozenTimesTest {
    private final FrozenTimes times = new FrozenTimes();

    private void node(int within100, int within500, int all) {
        times.add("""
            # HELP titan_shard_frozen_seconds Time
            # TYPE titan_shard_frozen_seconds histogram
            titan_shard_frozen_seconds_bucket{node="n1",le="0.1"} %d
            titan_shard_frozen_seconds_bucket{node="n1",le="0.5"} %d
            titan_shard_frozen_seconds_bucket{node="n1",le="+Inf"} %d
            titan_shard_frozen_seconds_count{node="n1"} %d
            titan_shard_queue_seconds_bucket{node="n1",le="0.1"} 1000
            """.formatted(within100, within500, all, all));
    }

    @Test
    void nodesAreAddedUp() {
        node(50, 90, 90);
        node(9, 10, 10);
        assertThat(times.figures()).isEqualTo(Map.of("freezes", 100L, "p50_ms_at_most", 100L, "p99_ms_at_most", 500L));
    }

    @Test
    void whatIsLongerThanAllBoundsIsSaidToBe() {
        node(0, 90, 100);
        assertThat(times.figures()).containsEntry("p50_ms_at_most", 500L).containsEntry("p99_ms_at_most", "more");
    }

    @Test
    void nothingFrozenIsNoFigure() {
        node(0, 0, 0);
        assertThat(times.figures()).isEqualTo(new FrozenTimes().figures());
        assertThat(times.figures()).containsEntry("freezes", 0L).containsEntry("p99_ms_at_most", "none");
    }
}

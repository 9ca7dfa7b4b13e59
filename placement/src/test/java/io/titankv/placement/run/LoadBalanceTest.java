package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.GroupId;
import io.titankv.placement.state.OperationRecord;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Requests for keys of which some are asked for far more than others, on simulated nodes: shards get as even as that allows, with few
 * plans, and then nothing is moved any more.
 */
final class LoadBalanceTest extends RangeFixture {
    private static final double OPERATIONS_PER_SECOND = 30_000;
    private static final Duration AT_FIRST = Duration.ofMinutes(8);
    /** So long that what goes on for ever would be seen. */
    private static final Duration LONG_AFTER = Duration.ofMinutes(8);

    private SimLoad load(long seed) {
        startNodes("n1", "n2", "n3");
        return new SimLoad(cluster, seed);
    }

    private void run(SimLoad load, Duration time) {
        for (int tick = 0; tick < time.dividedBy(SimCluster.TICK); tick++) {
            load.serve();
            runOnce();
        }
    }

    private List<OperationRecord> plans() {
        return List.copyOf(cluster.state().journal().operations().values());
    }

    private double most(SimLoad load, GroupId besides) {
        return cluster.shards.keySet().stream()
                .filter(group -> !group.equals(besides))
                .mapToDouble(load::operationsPerSecond)
                .max()
                .orElseThrow();
    }

    private GroupId busiest(SimLoad load) {
        return cluster.shards.keySet().stream()
                .reduce((one, other) -> load.operationsPerSecond(one) >= load.operationsPerSecond(other) ? one : other)
                .orElseThrow();
    }

    @Test
    void skewedLoadGetsEvenAndStaysSo() {
        SimLoad load = load(11);
        load.add(200, 0.9, OPERATIONS_PER_SECOND);

        run(load, AT_FIRST);

        double mean = OPERATIONS_PER_SECOND / cluster.shards.size();
        assertThat(load.operationsPerSecond(busiest(load))).isLessThan(1.15 * mean);
        int plans = plans().size();
        assertThat(plans).isBetween(1, 3);
        run(load, LONG_AFTER);
        assertThat(plans()).hasSize(plans);
    }

    /** One key has a third of all: it stays where it is, alone, and the rest gets even over the others. */
    @Test
    void aHotKeyIsLeftAlone() {
        SimLoad load = load(12);
        load.add(1, 0, OPERATIONS_PER_SECOND / 3);
        load.add(3_000, 0, OPERATIONS_PER_SECOND * 2 / 3);

        run(load, AT_FIRST);

        GroupId hot = busiest(load);
        assertThat(load.operationsPerSecond(hot)).isLessThan(1.05 * OPERATIONS_PER_SECOND / 3);
        double mean = OPERATIONS_PER_SECOND * 2 / 3 / (cluster.shards.size() - 1);
        assertThat(most(load, hot)).isLessThan(1.2 * mean);
        int plans = plans().size();
        assertThat(plans).isBetween(1, 4);
        assertThat(plans().stream().mapToInt(plan -> plan.steps().size()).sum()).isLessThan(400);
        run(load, LONG_AFTER);
        assertThat(plans()).hasSize(plans);
    }

    @Test
    void whatIsEvenIsLeftAlone() {
        SimLoad load = load(13);
        load.add(20_000, 0, OPERATIONS_PER_SECOND);
        run(load, Duration.ofMinutes(4));
        assertThat(plans()).isEmpty();
    }
}

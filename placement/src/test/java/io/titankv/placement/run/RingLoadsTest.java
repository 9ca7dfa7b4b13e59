package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.RangeModel;
import io.titankv.placement.run.OperationRates.Load;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.Settings;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class RingLoadsTest {
    private static final GroupId S1 = new GroupId(1);
    private static final GroupId S2 = new GroupId(2);
    private static final long QUARTER = 0x4000_0000_0000_0000L;
    private static final long HALF = 0x8000_0000_0000_0000L;
    private static final long LAST = 0xC000_0000_0000_0000L;
    private static final TokenRange FIRST = new TokenRange(0, QUARTER);
    private static final TokenRange SECOND = new TokenRange(QUARTER, HALF);
    private static final TokenRange REST = new TokenRange(HALF, 0);

    private final PlacementState state = new PlacementState(
            "cluster",
            1,
            new Epoch(3),
            Settings.DEFAULT,
            List.of(new NodeId("n1")),
            List.of(new NodeId("n1")),
            new TreeMap<>(),
            new TreeMap<>(),
            List.of(new RangeEntry(FIRST, S1), new RangeEntry(SECOND, S2), new RangeEntry(REST, S1)));

    private List<RangeModel> ring(SampledLoad sampled) {
        return RingLoads.of(state, new Reports(Map.of(), Map.of(), Map.of(S1, new Load(600, sampled))));
    }

    private static List<Long> spaced(long from, long step, int count) {
        return LongStream.range(0, count).map(i -> from + i * step).boxed().toList();
    }

    @Test
    void withoutSamplesLoadIsEvenOverTheTokensOfItsGroup() {
        assertThat(ring(SampledLoad.NONE))
                .satisfiesExactly(
                        first -> assertThat(first.opsPerSecond()).isCloseTo(200, within(1e-6)),
                        second -> assertThat(second.opsPerSecond()).isZero(),
                        rest -> assertThat(rest.opsPerSecond()).isCloseTo(400, within(1e-6)));
    }

    /** Tokens that were the group's when they were sampled, and are not any more, say nothing of what it has left. */
    @Test
    void loadIsWhereItWasSampled() {
        SampledLoad sampled = SampledLoad.NONE
                .with(spaced(5, 1L << 30, 150), 150)
                .with(spaced(QUARTER, 1L << 30, 100), 100)
                .with(spaced(LAST, 1L << 30, 50), 50);
        assertThat(ring(sampled))
                .satisfiesExactly(
                        first -> assertThat(first.opsPerSecond()).isCloseTo(450, within(1e-6)),
                        second -> assertThat(second.opsPerSecond()).isZero(),
                        rest -> assertThat(rest.opsPerSecond()).isCloseTo(150, within(1e-6)));
    }

    @Test
    void aHotTokenHasARangeOfItsOwn() {
        long hot = LAST + 12_345;
        SampledLoad sampled =
                SampledLoad.NONE.with(spaced(5, 1L << 30, 150), 150).with(Collections.nCopies(50, hot), 150);
        List<RangeModel> ring = ring(sampled);
        assertThat(ring).extracting(RangeModel::owner).containsExactly(S1, S2, S1, S1, S1);
        assertThat(ring.get(3).range()).isEqualTo(new TokenRange(LAST, LAST + RangeModel.WIDTH_MIN));
        assertThat(ring.get(3).opsPerSecond()).isCloseTo(300, within(1e-6));
        assertThat(ring.get(2).range()).isEqualTo(new TokenRange(HALF, LAST));
        assertThat(ring.get(4).range().endExclusive()).isZero();
        assertThat(ring.stream().mapToDouble(it -> it.range().share()).sum()).isCloseTo(1, within(1e-9));
    }

    /** Not narrower than ranges are cut: what is left of the edge is too narrow to stand alone. */
    @Test
    void aHotTokenAtTheEndOfTheRingHasNoneOfItsOwn() {
        SampledLoad sampled =
                SampledLoad.NONE.with(spaced(5, 1L << 30, 150), 150).with(Collections.nCopies(50, -3L), 150);
        assertThat(ring(sampled)).extracting(RangeModel::range).containsExactly(FIRST, SECOND, REST);
    }
}

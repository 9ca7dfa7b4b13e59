package io.titankv.placement.plan;

import static io.titankv.placement.plan.Clusters.REASON;
import static io.titankv.placement.plan.Clusters.founded;
import static io.titankv.placement.plan.Clusters.nodes;
import static io.titankv.placement.plan.Clusters.noisy;
import static io.titankv.placement.plan.Clusters.plan;
import static io.titankv.placement.plan.Clusters.refused;
import static io.titankv.placement.plan.Clusters.shard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.titankv.model.GroupId;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.PlanRefused.Cause;
import io.titankv.placement.plan.RangePlanner.Automatic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class RangePlannerProperties {
    private static final PlanPolicy POLICY = PlanPolicy.DEFAULT;
    private static final Automatic ON = new Automatic(true, false, 0, Long.MAX_VALUE, Duration.ofHours(1));

    private final ClusterModel six = founded(nodes(1, 4, 0), 6, 3);

    private static RangePlanner planner(ClusterModel model) {
        return new RangePlanner(model, POLICY);
    }

    private static ClusterModel carriedOut(ClusterModel model, Decision decision) {
        return new Driver(model, POLICY).carryOut(plan(decision)).model;
    }

    @Property(tries = 40)
    void aNewGroupTakesItsShareFromAllOthersAlike(@ForAll @IntRange(min = 1, max = 150) int groups) {
        ClusterModel before = founded(nodes(1, 4, 0), groups, 3);
        Plan plan = plan(planner(before).create(shard(groups + 1), REASON));
        ClusterModel after = carriedOut(before, plan);

        Map<GroupId, Double> shares = shares(after);
        assertThat(shares.getOrDefault(shard(groups + 1), 0.0) * (groups + 1)).isCloseTo(1, within(0.001));
        // All alike, as long as there are not too many to take from each.
        if (groups <= RangePlanner.DONORS_MAX) {
            shares.values().forEach(share -> assertThat(share * (groups + 1)).isCloseTo(1, within(0.001)));
        }
        List<Step.MoveRange> moves = rangeMoves(plan);
        assertThat(moves).allMatch(move -> move.to().equals(shard(groups + 1)));
        assertThat(moves.stream().mapToDouble(move -> move.range().share()).sum() * (groups + 1))
                .as("no token moves that need not")
                .isCloseTo(1, within(0.001));
        assertThat(plan.after().mostShare())
                .isCloseTo(shares.values().stream().max(Double::compare).orElseThrow(), within(1e-9));
        assertThat(plan.after().epoch().value()).isEqualTo(before.epoch().value() + moves.size());
        assertThat(RingDigest.of(after.epoch(), after.ring())).isEqualTo(plan.after());
    }

    @Property(tries = 30)
    void aSplitHalvesOneGroupAndLeavesTheOthers(@ForAll @IntRange(min = 1, max = 30) int groups) {
        ClusterModel before = founded(nodes(1, 4, 0), groups, 3);
        ClusterModel after = carriedOut(before, planner(before).split(shard(1), shard(groups + 1), REASON));
        Map<GroupId, Double> shares = shares(after);
        assertThat(shares.getOrDefault(shard(1), 0.0) * groups).isCloseTo(0.5, within(0.001));
        assertThat(shares.getOrDefault(shard(groups + 1), 0.0) * groups).isCloseTo(0.5, within(0.001));
        for (int other = 2; other <= groups; other++) {
            assertThat(shares.getOrDefault(shard(other), 0.0) * groups).isCloseTo(1, within(1e-6));
        }
    }

    @Property(tries = 30)
    void aMergedGroupIsGoneAndTheOthersAreEven(@ForAll @IntRange(min = 2, max = 60) int groups) {
        ClusterModel before = founded(nodes(1, 4, 0), groups, 3);
        Plan plan = plan(planner(before).merge(shard(2), REASON));
        ClusterModel after = carriedOut(before, plan);
        assertThat(after.group(shard(2))).isEmpty();
        assertThat(plan.steps().getLast()).isInstanceOf(Step.RetireGroup.class);
        assertThat(rangeMoves(plan)).allMatch(move -> move.from().equals(shard(2)));
        shares(after).values().forEach(share -> assertThat(share * (groups - 1)).isCloseTo(1, within(0.12)));
    }

    @Property(tries = 40)
    void skewedGroupsAreEvenedOutWithTheFewestBytesAndThenNothingMoves(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 40) int groups) {
        ClusterModel before = skewed(founded(nodes(1, 4, 0), groups, 3), new Random(seed));
        Decision decision = planner(before).balance(ON);
        assertThat(planner(before).balance(ON)).as("deterministic").isEqualTo(decision);
        ClusterModel after = before;
        if (decision instanceof Plan plan) {
            after = carriedOut(before, plan);
            assertThat(rangeMoves(plan)).allMatch(move -> move.bytes() <= POLICY.transferBytesMax() * 1.01);
        }
        assertThat(planner(after).balance(ON)).isInstanceOf(Decision.Rest.class);
        assertThat(most(after, Measure.BYTES))
                .isLessThan(1 + POLICY.rangeBytes().begin());
        assertThat(most(after, Measure.OPS)).isLessThan(1 + POLICY.rangeOps().begin());
        Random noise = new Random(seed + 1);
        // Where nothing was moved it may stand at the edge of the band.
        for (int i = 0; i < 5 && decision instanceof Plan; i++) {
            assertThat(planner(noisy(after, 0.02, noise)).balance(ON))
                    .as("noise moves nothing")
                    .isInstanceOf(Decision.Rest.class);
        }
    }

    @Property(tries = 30)
    void bytesAloneAreEvenedOutWithNoMoreThanMustMove(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 40) int groups) {
        Random random = new Random(seed);
        ClusterModel founded = founded(nodes(1, 4, 0), groups, 3);
        ClusterModel before = founded.withRing(founded.ring().stream()
                .map(range -> new RangeModel(range.range(), range.owner(), range.bytes() * (1 + random.nextInt(3)), 0))
                .toList());
        if (planner(before).balance(ON) instanceof Plan plan) {
            ClusterModel after = carriedOut(before, plan);
            double[] had = new RangeLayout(before, POLICY).sums(Measure.BYTES);
            double[] has = new RangeLayout(after, POLICY).sums(Measure.BYTES);
            double least = 0;
            for (int group = 0; group < had.length; group++) {
                least += Math.max(0, has[group] - had[group]);
            }
            double moved =
                    rangeMoves(plan).stream().mapToLong(Step.MoveRange::bytes).sum();
            assertThat(moved).isLessThanOrEqualTo(least * 1.001 + 1000);
        }
    }

    @Example
    void aRangeIsMovedAsAskedWhoeverOwnsIt() {
        TokenRange range = new TokenRange(1L << 60, 3L << 60);
        ClusterModel after = carriedOut(six, planner(six).move(range, shard(4), REASON));
        assertThat(after.ring())
                .filteredOn(owned -> owned.range().overlaps(range))
                .allMatch(owned -> owned.owner().equals(shard(4)));
        PlanRefused again = refused(planner(after).move(range, shard(4), REASON));
        assertThat(again.message()).isEqualTo("range [1000000000000000, 3000000000000000) belongs to s4 already");
    }

    @Example
    void nonsenseAndClashesAreRefused() {
        assertThat(refused(planner(six).merge(shard(9), REASON)).message())
                .isEqualTo("there is no group s9 that owns ranges; there are 6 groups");
        assertThat(refused(planner(six).create(shard(3), REASON)).cause()).isEqualTo(Cause.GROUP_EXISTS);
        ClusterModel one = founded(nodes(1, 3, 0), 1, 3);
        assertThat(refused(planner(one).merge(shard(1), REASON)).message())
                .isEqualTo("group s1 is the only one: nobody else could own its tokens");
        ClusterModel busy = six.withClaims(new TreeMap<>(Map.of(shard(2), "operation 7")));
        assertThat(refused(planner(busy).split(shard(2), shard(7), REASON)))
                .isEqualTo(PlanRefused.of(Cause.CLASH, "group s2 is being changed by operation 7"));
        ClusterModel gone = Clusters.without(
                Clusters.without(six, Clusters.id(1), Duration.ofHours(1)), Clusters.id(2), Duration.ofHours(1));
        assertThat(refused(planner(gone).create(shard(7), REASON)).message())
                .isEqualTo("group s7 wants 3 replicas on different nodes, and 2 nodes can take one");
        assertThat(refused(planner(six).rebalance(REASON)).cause()).isEqualTo(Cause.NOTHING_TO_DO);
    }

    @Example
    void automaticBalanceHasASwitchAndARateLimit() {
        ClusterModel skewed = skewed(six, new Random(7));
        Plan all = plan(planner(skewed).balance(ON));
        assertThat(((Decision.Rest) planner(skewed)
                                .balance(new Automatic(false, false, 0, Long.MAX_VALUE, Duration.ofHours(1))))
                        .waiting())
                .extracting(WaitingOn::text)
                .containsExactly("range balance is switched off");
        Plan some = plan(planner(skewed).balance(new Automatic(true, false, 0, all.bytes() / 2, Duration.ofHours(1))));
        assertThat(some.bytes()).isLessThanOrEqualTo(all.bytes() / 2);
        assertThat(all.steps()).containsSubsequence(some.steps());
        assertThat(((Decision.Rest) planner(skewed)
                                .balance(new Automatic(true, true, all.bytes(), all.bytes(), Duration.ofHours(1))))
                        .waiting())
                .extracting(WaitingOn::text)
                .singleElement()
                .asString()
                .endsWith("were moved in the last 60 min, the limit is " + Amounts.bytes(all.bytes()));
    }

    @Example
    void aHotRangeIsCutAndAHotKeyIsSaidToBeOne() {
        List<RangeModel> hot = new ArrayList<>(six.ring());
        RangeModel first = hot.getFirst();
        hot.set(0, new RangeModel(first.range(), first.owner(), first.bytes(), 100_000));
        ClusterModel before = six.withRing(hot);
        ClusterModel after = carriedOut(before, planner(before).balance(ON));
        assertThat(most(after, Measure.OPS)).isLessThan(1.1);

        // The same operations on a range too narrow to be cut.
        List<RangeModel> narrow = new ArrayList<>(six.ring());
        RangeModel whole = narrow.getFirst();
        TokenRange key = new TokenRange(0, RangeModel.WIDTH_MIN);
        narrow.set(0, new RangeModel(key, whole.owner(), 1_000, 100_000));
        narrow.add(
                1,
                new RangeModel(
                        new TokenRange(RangeModel.WIDTH_MIN, whole.range().endExclusive()),
                        whole.owner(),
                        whole.bytes(),
                        whole.opsPerSecond()));
        ClusterModel hotKey = six.withRing(narrow);
        Decision decision = planner(hotKey).balance(ON);
        ClusterModel alone = decision instanceof Plan plan ? carriedOut(hotKey, plan) : hotKey;
        assertThat(planner(alone).balance(ON))
                .isInstanceOfSatisfying(
                        Decision.Rest.class,
                        rest -> assertThat(rest.waiting())
                                .extracting(WaitingOn::text)
                                .singleElement()
                                .asString()
                                .contains("alone has 100000 ops/s", "too narrow to be cut"));
    }

    private static ClusterModel skewed(ClusterModel model, Random random) {
        return model.withRing(model.ring().stream()
                .map(range -> new RangeModel(
                        range.range(),
                        range.owner(),
                        Math.round(range.bytes() * (0.5 + random.nextDouble())),
                        range.opsPerSecond() * 0.1 / (0.01 + random.nextDouble())))
                .toList());
    }

    private static double most(ClusterModel model, Measure measure) {
        RangeLayout layout = new RangeLayout(model, POLICY);
        return new RangeBalance(layout, POLICY).imbalance(measure) + 1;
    }

    private static List<Step.MoveRange> rangeMoves(Plan plan) {
        return plan.steps().stream()
                .filter(Step.MoveRange.class::isInstance)
                .map(Step.MoveRange.class::cast)
                .toList();
    }

    private static Map<GroupId, Double> shares(ClusterModel model) {
        Map<GroupId, Double> shares = new TreeMap<>();
        model.ring().forEach(range -> shares.merge(range.owner(), range.range().share(), Double::sum));
        return shares;
    }
}

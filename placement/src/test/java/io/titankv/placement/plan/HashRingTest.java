package io.titankv.placement.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.model.GroupId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import io.titankv.model.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HashRingTest {
    @Test
    void oneGroupOwnsTheWholeRing() {
        assertThat(HashRing.initial(weights(1))).containsExactly(new RangeEntry(TokenRange.WHOLE, new GroupId(1)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 12, 50})
    void rangesCoverTheRingAndEveryGroupOwnsTheArcsThatEndAtItsPoints(int groups) {
        List<RangeEntry> ring = HashRing.initial(weights(groups));
        long at = 0;
        GroupId before = new GroupId(0);
        for (RangeEntry entry : ring) {
            assertThat(entry.range().startInclusive()).isEqualTo(at);
            assertThat(entry.owner())
                    .as("neighbours of one group are one range")
                    .isNotEqualTo(before);
            at = entry.range().endExclusive();
            before = entry.owner();
        }
        assertThat(at).isZero();
        for (int group = 1; group <= groups; group++) {
            for (int point = 0; point < HashRing.POINTS_PER_WEIGHT; point++) {
                long place = place("s" + group + "/" + point);
                assertThat(ownerOf(ring, place - 1)).isEqualTo(new GroupId(group));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 6, 12, 48})
    void sharesAreWithinAThirdOfTheMean(int groups) {
        shares(HashRing.initial(weights(groups)))
                .forEach((group, share) ->
                        assertThat(share * groups).as(group.toString()).isBetween(0.67, 1.34));
    }

    @Test
    void aGroupOfTwiceTheWeightOwnsAboutTwiceAsMuch() {
        Map<GroupId, Integer> weights = weights(6);
        weights.put(new GroupId(1), 2);
        assertThat(shares(HashRing.initial(weights)).getOrDefault(new GroupId(1), 0.0) * 7)
                .isBetween(1.5, 2.5);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 6, 12})
    void aNewGroupTakesItsShareFromAllOthersAlikeAndMovesNothingBetweenThem(int groups) {
        List<RangeEntry> before = HashRing.initial(weights(groups));
        List<RangeEntry> after = HashRing.initial(weights(groups + 1));
        GroupId added = new GroupId(groups + 1);
        Map<GroupId, Double> lost = new TreeMap<>();
        for (RangeEntry piece : pieces(before, after)) {
            GroupId now = ownerOf(after, piece.range().startInclusive());
            if (!now.equals(piece.owner())) {
                assertThat(now).isEqualTo(added);
                lost.merge(piece.owner(), piece.range().share(), Double::sum);
            }
        }
        double moved = lost.values().stream().mapToDouble(Double::doubleValue).sum();
        assertThat(moved * (groups + 1)).isBetween(0.67, 1.34);
        assertThat(lost).hasSize(groups);
        // The 128 arcs of the new group fall on the others at random, so 128 / groups on each, and their lengths are
        // spread
        // exponentially: the deviation of a part is sqrt(2 * groups / 128) of its mean. Four of those are allowed.
        double deviation = Math.sqrt(2.0 * groups / HashRing.POINTS_PER_WEIGHT);
        lost.values().forEach(part -> assertThat(part / (moved / groups)).isBetween(0.0, 1 + 4 * deviation));
    }

    @Test
    void aRingNeedsGroupsOfSomeWeight() {
        assertThatThrownBy(() -> HashRing.initial(Map.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> HashRing.initial(Map.of(new GroupId(1), 0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Map<GroupId, Integer> weights(int groups) {
        Map<GroupId, Integer> weights = new TreeMap<>();
        for (int i = 1; i <= groups; i++) {
            weights.put(new GroupId(i), 1);
        }
        return weights;
    }

    private static Map<GroupId, Double> shares(List<RangeEntry> ring) {
        Map<GroupId, Double> shares = new TreeMap<>();
        ring.forEach(entry -> shares.merge(entry.owner(), entry.range().share(), Double::sum));
        return shares;
    }

    /** The ring before, cut wherever a range of either begins. */
    private static List<RangeEntry> pieces(List<RangeEntry> before, List<RangeEntry> after) {
        var cuts = new java.util.TreeSet<Long>(Long::compareUnsigned);
        before.forEach(entry -> cuts.add(entry.range().startInclusive()));
        after.forEach(entry -> cuts.add(entry.range().startInclusive()));
        List<RangeEntry> pieces = new ArrayList<>();
        for (long start : cuts) {
            Long next = cuts.higher(start);
            pieces.add(new RangeEntry(new TokenRange(start, next == null ? 0 : next), ownerOf(before, start)));
        }
        return pieces;
    }

    private static GroupId ownerOf(List<RangeEntry> ring, long token) {
        return ring.stream()
                .filter(entry -> entry.range().contains(token))
                .findFirst()
                .orElseThrow()
                .owner();
    }

    private static long place(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        return Tokens.of(bytes, 0, bytes.length).bits();
    }
}

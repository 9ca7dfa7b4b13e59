package io.titankv.placement.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.titankv.model.GroupId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import io.titankv.model.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
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
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 12, 50})
    void ownersFollowEachOtherAsTheirPointsDo(int groups) {
        NavigableMap<Long, GroupId> points = new TreeMap<>(Long::compareUnsigned);
        for (int group = 1; group <= groups; group++) {
            for (int point = 0; point < HashRing.POINTS_PER_WEIGHT; point++) {
                points.put(place("s" + group + "/" + point), new GroupId(group));
            }
        }
        List<GroupId> owners = new ArrayList<>();
        points.values().forEach(owner -> {
            if (owners.isEmpty() || !owners.getLast().equals(owner)) {
                owners.add(owner);
            }
        });
        assertThat(HashRing.initial(weights(groups)))
                .extracting(RangeEntry::owner)
                .containsExactlyElementsOf(owners);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 6, 12, 48, 512})
    void everyGroupOwnsJustItsShare(int groups) {
        shares(HashRing.initial(weights(groups)))
                .forEach((group, share) ->
                        assertThat(share * groups).as(group.toString()).isCloseTo(1, within(1e-6)));
    }

    @Test
    void aGroupOfTwiceTheWeightOwnsTwiceAsMuch() {
        Map<GroupId, Integer> weights = weights(6);
        weights.put(new GroupId(1), 2);
        assertThat(shares(HashRing.initial(weights)).getOrDefault(new GroupId(1), 0.0) * 7)
                .isCloseTo(2, within(1e-6));
    }

    @Test
    void thereCanBeFewerPoints() {
        assertThat(HashRing.initial(weights(10), 4)).hasSizeBetween(20, 40);
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

    private static long place(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        return Tokens.of(bytes, 0, bytes.length).bits();
    }
}

package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import io.titankv.model.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The first ring, by consistent hashing with virtual nodes: each group stands on the ring at {@code weight x 128} points and owns the
 * arcs that end at them. Karger et al., "Consistent Hashing and Random Trees" (1997). Chance gives a group up to a third more or less
 * than its share; so each group's arcs are then stretched or shrunk alike, until it owns just its share. From there on ownership is
 * explicit, and {@link RangePlanner} changes it.
 */
public final class HashRing {
    /** Points of a group of weight 1. */
    public static final int POINTS_PER_WEIGHT = 128;

    private HashRing() {}

    /**
     * The ring of these groups. Neighbouring arcs of one group are one range.
     *
     * @param weights the groups, each with its weight, 1 or more
     * @return ranges in token order, covering the whole ring
     */
    public static List<RangeEntry> initial(Map<GroupId, Integer> weights) {
        return initial(weights, POINTS_PER_WEIGHT);
    }

    /** The same with another number of points for each weight. */
    public static List<RangeEntry> initial(Map<GroupId, Integer> weights, int pointsPerWeight) {
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("a ring needs a group");
        }
        NavigableMap<Long, GroupId> points = points(new TreeMap<>(weights), pointsPerWeight);
        Map<GroupId, Double> stretch = stretch(points, weights);
        List<RangeEntry> ring = new ArrayList<>();
        long start = 0;
        double at = 0;
        double before = points.lastKey() >>> 1; // the first arc wraps round: it begins at the last point
        GroupId owner = points.firstEntry().getValue();
        for (var point : points.entrySet()) {
            long end = tokenAt(at);
            // An arc that rounds to nothing is left out, so that the ring does not close before its end.
            if (!point.getValue().equals(owner) && end != start && end != 0) {
                ring.add(new RangeEntry(new TokenRange(start, end), owner));
                start = end;
            }
            owner = point.getValue();
            at += arc(before, point.getKey()) * stretch.getOrDefault(owner, 1.0);
            before = point.getKey() >>> 1;
        }
        ring.add(new RangeEntry(new TokenRange(start, 0), owner));
        return ring;
    }

    private static NavigableMap<Long, GroupId> points(SortedMap<GroupId, Integer> weights, int pointsPerWeight) {
        NavigableMap<Long, GroupId> points = new TreeMap<>(Long::compareUnsigned);
        weights.forEach((group, weight) -> {
            if (weight < 1) {
                throw new IllegalArgumentException("the weight of " + group + " must be 1 or more: " + weight);
            }
            for (int point = 0; point < weight * pointsPerWeight; point++) {
                // Two groups at one point: the lower number has it, whatever the order of the calls.
                points.putIfAbsent(place(group, point), group);
            }
        });
        return points;
    }

    /** By how much each group's arcs must be longer, so that they are its share. */
    private static Map<GroupId, Double> stretch(NavigableMap<Long, GroupId> points, Map<GroupId, Integer> weights) {
        double weightSum = weights.values().stream().mapToInt(Integer::intValue).sum();
        Map<GroupId, Double> shares = new TreeMap<>();
        double before = points.lastKey() >>> 1;
        for (var point : points.entrySet()) {
            shares.merge(point.getValue(), arc(before, point.getKey()), Double::sum);
            before = point.getKey() >>> 1;
        }
        Map<GroupId, Double> stretch = new TreeMap<>();
        weights.forEach((group, weight) -> stretch.put(group, weight / weightSum / shares.getOrDefault(group, 1.0)));
        return stretch;
    }

    /** The length of the arc that ends at a point, as a part of the ring. {@code beforeHalf}: half of the point before it. */
    private static double arc(double beforeHalf, long point) {
        double length = ((point >>> 1) - beforeHalf) / 0x1p63;
        return length > 0 ? length : length + 1;
    }

    private static long tokenAt(double share) {
        return share >= 1 ? 0 : Rings.tokenAt(TokenRange.WHOLE, share);
    }

    private static long place(GroupId group, int point) {
        byte[] name = (group + "/" + point).getBytes(StandardCharsets.US_ASCII);
        return Tokens.of(name, 0, name.length).bits();
    }
}

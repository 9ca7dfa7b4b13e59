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
import java.util.TreeMap;

/**
 * Consistent hashing with virtual nodes: each group stands on the ring at {@code weight x 128} points and owns the arcs that end
 * at them. A new group takes its share from all others alike and moves nothing between them. Karger et al., "Consistent Hashing
 * and Random Trees" (1997).
 */
public final class HashRing {
    /** Points of a group of weight 1. The largest share then is within a third of the mean (see the test). */
    public static final int POINTS_PER_WEIGHT = 128;

    private HashRing() {}

    /**
     * The ring of these groups. Neighbouring arcs of one group are one range.
     *
     * @param weights the groups, each with its weight, 1 or more
     * @return ranges in token order, covering the whole ring
     */
    public static List<RangeEntry> initial(Map<GroupId, Integer> weights) {
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("a ring needs a group");
        }
        NavigableMap<Long, GroupId> points = new TreeMap<>(Long::compareUnsigned);
        new TreeMap<>(weights).forEach((group, weight) -> {
            if (weight < 1) {
                throw new IllegalArgumentException("the weight of " + group + " must be 1 or more: " + weight);
            }
            for (int point = 0; point < weight * POINTS_PER_WEIGHT; point++) {
                // Two groups at one point: the lower number has it, whatever the order of the calls.
                points.putIfAbsent(place(group, point), group);
            }
        });
        List<RangeEntry> ring = new ArrayList<>();
        long start = 0;
        GroupId pending = null;
        for (var point : points.entrySet()) {
            if (point.getKey() == 0) {
                continue; // its arc ends at 2^64 and is the last one, below
            }
            if (pending != null && !pending.equals(point.getValue())) {
                // The range before ends where this one's arc begins.
                long end = previousPoint(points, point.getKey());
                ring.add(new RangeEntry(new TokenRange(start, end), pending));
                start = end;
            }
            pending = point.getValue();
        }
        // The arc that wraps round ends at the first point; a point at 0 ends it at 2^64.
        GroupId last = points.firstEntry().getValue();
        long lastPoint = points.lastKey();
        if (pending == null || last.equals(pending) || lastPoint == 0) {
            ring.add(new RangeEntry(new TokenRange(start, 0), last));
        } else {
            ring.add(new RangeEntry(new TokenRange(start, lastPoint), pending));
            ring.add(new RangeEntry(new TokenRange(lastPoint, 0), last));
        }
        return ring;
    }

    private static long previousPoint(NavigableMap<Long, GroupId> points, long point) {
        Long before = points.lowerKey(point);
        return before == null ? 0 : before;
    }

    private static long place(GroupId group, int point) {
        byte[] name = (group + "/" + point).getBytes(StandardCharsets.US_ASCII);
        return Tokens.of(name, 0, name.length).bits();
    }
}

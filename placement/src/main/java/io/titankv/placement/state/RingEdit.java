package io.titankv.placement.state;

import io.titankv.model.GroupId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** How a ring changes when ranges change hands. Pure functions. */
public final class RingEdit {
    private RingEdit() {}

    /**
     * The ring in which these ranges belong to another group: entries are cut where they must be, and neighbours of one owner joined.
     *
     * @param ranges in token order, none overlapping another
     * @throws IllegalArgumentException when one of them is not wholly the first group's
     */
    public static List<RangeEntry> moved(List<RangeEntry> ring, List<TokenRange> ranges, GroupId from, GroupId to) {
        // Every token at which the owner may change, with who owns from there on.
        NavigableMap<Long, GroupId> owners = new TreeMap<>(Long::compareUnsigned);
        ring.forEach(entry -> owners.put(entry.range().startInclusive(), entry.owner()));
        for (TokenRange range : ranges) {
            take(range, from, to, owners);
        }
        return joined(owners);
    }

    private static void take(TokenRange range, GroupId from, GroupId to, NavigableMap<Long, GroupId> owners) {
        var touched = new ArrayList<GroupId>();
        var first = owners.floorEntry(range.startInclusive());
        if (first != null) {
            touched.add(first.getValue());
        }
        touched.addAll(owners.subMap(range.startInclusive(), true, range.lastInclusive(), true)
                .values());
        if (touched.isEmpty() || touched.stream().anyMatch(owner -> !owner.equals(from))) {
            throw new IllegalArgumentException("range " + range + " belongs to " + touched + ", not to " + from);
        }
        if (range.endExclusive() != 0) {
            owners.putIfAbsent(range.endExclusive(), from);
        }
        owners.subMap(range.startInclusive(), true, range.lastInclusive(), true).clear();
        owners.put(range.startInclusive(), to);
    }

    private static List<RangeEntry> joined(NavigableMap<Long, GroupId> owners) {
        List<RangeEntry> ring = new ArrayList<>();
        while (!owners.isEmpty()) {
            var first = owners.pollFirstEntry();
            while (!owners.isEmpty() && owners.firstEntry().getValue().equals(first.getValue())) {
                owners.pollFirstEntry();
            }
            long end = owners.isEmpty() ? 0 : owners.firstKey();
            ring.add(new RangeEntry(new TokenRange(first.getKey(), end), first.getValue()));
        }
        return List.copyOf(ring);
    }
}

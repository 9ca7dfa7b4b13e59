package io.titankv.gateway;

import io.titankv.model.GroupId;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What a client has seen: for each group the highest applied index. Immutable.
 *
 * @param indexes at most {@link #GROUPS_MAX}
 * @param overflowed true when more groups were seen than fit, so that a group which is missing may have been seen too
 */
record SessionMarks(Map<GroupId, Long> indexes, boolean overflowed) {
    /** So many fit into the 4 KiB that a token may have. */
    static final int GROUPS_MAX = 256;

    static final SessionMarks NONE = new SessionMarks(Map.of(), false);

    SessionMarks {
        indexes = Map.copyOf(indexes);
    }

    OptionalLong indexOf(GroupId group) {
        Long index = indexes.get(group);
        return index == null ? OptionalLong.empty() : OptionalLong.of(index);
    }

    /** These, and that the group was seen at that index. */
    SessionMarks with(GroupId group, long index) {
        if (indexes.isEmpty()) {
            return new SessionMarks(Map.of(group, index), overflowed);
        }
        Long known = indexes.get(group);
        if (known != null && known >= index) {
            return this;
        }
        return mergedWith(new SessionMarks(Map.of(group, index), false));
    }

    /** What either has seen. */
    SessionMarks mergedWith(SessionMarks other) {
        TreeMap<GroupId, Long> all = new TreeMap<>(indexes);
        other.indexes.forEach((group, index) -> all.merge(group, index, Math::max));
        boolean over = overflowed || other.overflowed;
        while (all.size() > GROUPS_MAX) {
            all.pollLastEntry();
            over = true;
        }
        return new SessionMarks(all, over);
    }
}

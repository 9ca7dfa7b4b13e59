package io.titankv.placement.state;

import io.titankv.model.GroupId;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The range transfers that are not settled yet: a group takes part in one at most. Immutable.
 *
 * @param underWay by id
 * @param last the greatest id that was ever given
 */
public record Transfers(SortedMap<Long, TransferRecord> underWay, long last) {
    /** None yet. */
    public static final Transfers NONE = new Transfers(Collections.emptySortedMap(), 0);

    public Transfers {
        underWay = Collections.unmodifiableSortedMap(new TreeMap<>(underWay));
    }

    /** The transfer in which a group takes part. */
    public Optional<TransferRecord> of(GroupId group) {
        return underWay.values().stream().filter(it -> it.involves(group)).findFirst();
    }

    /** Whether an operation has transfers that are not settled. */
    public boolean isPartOf(long operation) {
        return underWay.values().stream().anyMatch(it -> it.operation() == operation);
    }

    Transfers with(TransferRecord transfer) {
        SortedMap<Long, TransferRecord> changed = new TreeMap<>(underWay);
        changed.put(transfer.id(), transfer);
        return new Transfers(changed, Math.max(last, transfer.id()));
    }

    Transfers without(long id) {
        SortedMap<Long, TransferRecord> changed = new TreeMap<>(underWay);
        changed.remove(id);
        return new Transfers(changed, last);
    }
}

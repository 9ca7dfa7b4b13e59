package io.titankv.placement.state;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What is being done to the cluster, and what happened. Bounded. Immutable.
 *
 * @param operations by id: plans that are stored, operations that run, and the last that ended
 * @param lastOperation the greatest id that was ever given
 * @param events the last ones, in order of their numbers
 */
public record Journal(SortedMap<Long, OperationRecord> operations, long lastOperation, List<EventRecord> events) {
    /** Events kept: at some 150 bytes each, the state stays small. */
    public static final int EVENTS_MAX = 1_000;

    /** Operations kept that ended. */
    public static final int ENDED_MAX = 100;

    /** Plans kept that are not applied. */
    public static final int PLANNED_MAX = 100;

    /** Most operations at a time. */
    public static final int RUNNING_MAX = 100;

    /** Nothing yet. */
    public static final Journal EMPTY = new Journal(Collections.emptySortedMap(), 0, List.of());

    public Journal {
        operations = Collections.unmodifiableSortedMap(new TreeMap<>(operations));
        events = List.copyOf(events);
    }

    public Optional<OperationRecord> operation(long id) {
        return Optional.ofNullable(operations.get(id));
    }

    /** Operations that change the cluster, the oldest first. */
    public List<OperationRecord> running() {
        return operations.values().stream()
                .filter(operation -> operation.phase().isRunning())
                .toList();
    }

    Journal with(OperationRecord operation) {
        NavigableMap<Long, OperationRecord> changed = new TreeMap<>(operations);
        changed.put(operation.id(), operation);
        keepNewest(changed, ENDED_MAX, it -> it.phase().isEnded());
        keepNewest(changed, PLANNED_MAX, it -> it.phase() == OperationRecord.Phase.PLANNED);
        return new Journal(changed, Math.max(lastOperation, operation.id()), events);
    }

    private static void keepNewest(
            NavigableMap<Long, OperationRecord> operations, int max, Predicate<OperationRecord> which) {
        List<Long> ids = operations.values().stream()
                .filter(which)
                .map(OperationRecord::id)
                .toList();
        ids.subList(0, Math.max(0, ids.size() - max)).forEach(operations::remove);
    }

    Journal with(Instant at, String kind, String text, String node, String group, long operation) {
        List<EventRecord> more =
                new ArrayList<>(events.subList(Math.max(0, events.size() - EVENTS_MAX + 1), events.size()));
        long number = events.isEmpty() ? 1 : events.getLast().number() + 1;
        more.add(new EventRecord(number, at, kind, text, node, group, operation));
        return new Journal(operations, lastOperation, more);
    }
}

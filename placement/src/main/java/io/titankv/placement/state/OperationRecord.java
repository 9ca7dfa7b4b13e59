package io.titankv.placement.state;

import io.titankv.placement.plan.Reason;
import io.titankv.placement.plan.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A plan that is stored, being carried out, or was. Immutable.
 *
 * @param id rises by one with every operation of the cluster
 * @param kind short name
 * @param reason who wants it, and why
 * @param steps its steps; of one that is cancelled: those that undo what was half done
 * @param bytes copied from node to node, all in all
 * @param expected how long it takes at the pace that it was planned for
 * @param warnings what is worse for it
 * @param phase how far it is
 * @param finished places of the steps that are done
 * @param moot places of the steps that make no sense any more, with why
 * @param bytesDone of the steps that are done
 * @param freezesGivenUp transfers of it that were given up while they were frozen, since one of them was committed
 * @param times when it was made, began and ended
 * @param error why it failed or was cancelled; empty else
 */
public record OperationRecord(
        long id,
        String kind,
        Reason reason,
        List<Step> steps,
        long bytes,
        Duration expected,
        List<String> warnings,
        Phase phase,
        SortedSet<Integer> finished,
        SortedMap<Integer, String> moot,
        long bytesDone,
        int freezesGivenUp,
        Times times,
        String error) {
    /** How far an operation is. */
    public enum Phase {
        /** Stored, and not applied. */
        PLANNED,
        RUNNING,
        /** Undoes what is half done. */
        CANCELLING,
        DONE,
        FAILED,
        CANCELLED;

        /** Whether it changes the cluster. */
        public boolean isRunning() {
            return this == RUNNING || this == CANCELLING;
        }

        public boolean isEnded() {
            return this == DONE || this == FAILED || this == CANCELLED;
        }
    }

    /** When it was made, began and ended; the start of 1970 stands for a time that is not known. */
    public record Times(Instant created, Optional<Instant> started, Optional<Instant> ended) {
        public Times {
            started = started.filter(at -> at.toEpochMilli() != 0);
            ended = ended.filter(at -> at.toEpochMilli() != 0);
        }
    }

    public OperationRecord {
        steps = List.copyOf(steps);
        warnings = List.copyOf(warnings);
        finished = Collections.unmodifiableSortedSet(new TreeSet<>(finished));
        moot = Collections.unmodifiableSortedMap(new TreeMap<>(moot));
        if (id < 1) {
            throw new IllegalArgumentException("operations are numbered from 1: " + id);
        }
        for (int place : places(finished, moot)) {
            if (place < 0 || place >= steps.size()) {
                throw new IllegalArgumentException(
                        "operation " + id + " has " + steps.size() + " steps, and no step " + place);
            }
        }
    }

    private static Set<Integer> places(Set<Integer> finished, Map<Integer, String> moot) {
        Set<Integer> places = new HashSet<>(finished);
        places.addAll(moot.keySet());
        return places;
    }

    /** Places of the steps that are done or moot. */
    public Set<Integer> settled() {
        return places(finished, moot);
    }

    /** By which people and programs name it. */
    public String name() {
        return "op-" + id;
    }

    OperationRecord started(Instant at) {
        return with(Phase.RUNNING, new Times(times.created, Optional.of(at), Optional.empty()), error, freezesGivenUp);
    }

    OperationRecord ended(Phase how, String why, Instant at) {
        return with(
                how,
                new Times(times.created, times.started, Optional.of(at)),
                why.isEmpty() ? error : why,
                freezesGivenUp);
    }

    OperationRecord cancelling(List<Step> undo, String why) {
        return new OperationRecord(
                id,
                kind,
                reason,
                undo,
                bytes,
                expected,
                warnings,
                Phase.CANCELLING,
                Collections.emptySortedSet(),
                Collections.emptySortedMap(),
                bytesDone,
                freezesGivenUp,
                times,
                why);
    }

    OperationRecord advanced(Set<Integer> nowFinished, Map<Integer, String> nowMoot) {
        SortedSet<Integer> allFinished = new TreeSet<>(finished);
        allFinished.addAll(nowFinished);
        SortedMap<Integer, String> allMoot = new TreeMap<>(moot);
        nowMoot.forEach((place, why) -> allMoot.putIfAbsent(place, why));
        allMoot.keySet().removeAll(allFinished);
        long more = allFinished.stream()
                .filter(place -> place >= 0 && place < steps.size() && !finished.contains(place))
                .mapToLong(place -> steps.get(place).bytesMoved())
                .sum();
        return new OperationRecord(
                id,
                kind,
                reason,
                steps,
                bytes,
                expected,
                warnings,
                phase,
                allFinished,
                allMoot,
                bytesDone + more,
                freezesGivenUp,
                times,
                error);
    }

    /** @param committed whether a transfer of it was committed; else one was given up while it was frozen */
    OperationRecord afterFreeze(boolean committed) {
        return with(phase, times, error, committed ? 0 : freezesGivenUp + 1);
    }

    private OperationRecord with(Phase nextPhase, Times nextTimes, String nextError, int nextFreezesGivenUp) {
        return new OperationRecord(
                id,
                kind,
                reason,
                steps,
                bytes,
                expected,
                warnings,
                nextPhase,
                finished,
                moot,
                bytesDone,
                nextFreezesGivenUp,
                nextTimes,
                nextError);
    }
}

package io.titankv.placement.state;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.TokenRange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Ranges on their way from one group to another. Immutable.
 *
 * @param id rises by one with every transfer of the cluster
 * @param ranges at least one, in token order, none overlapping another; all of them owned by {@code from} until it is committed
 * @param from the group that gives them
 * @param to the group that gets them
 * @param phase how far it is
 * @param operation of which it is a part
 * @param epoch when it was committed: the ring's epoch that this made; else {@link Epoch#NONE}
 * @param times when it began, was frozen and was decided
 * @param why it was given up; empty else
 */
public record TransferRecord(
        long id,
        List<TokenRange> ranges,
        GroupId from,
        GroupId to,
        Phase phase,
        long operation,
        Epoch epoch,
        Times times,
        String why) {
    /** Most ranges of one transfer: it must fit an entry of the log, and an order to a node. */
    public static final int RANGES_MAX = 256;

    /** How far a transfer is. */
    public enum Phase {
        /** Records are copied while the group that gives them serves on. */
        PREPARING,
        /** The group that gives the ranges refuses requests for them, or will; the rest is copied. */
        FREEZING,
        /** Decided: the ranges have changed hands. Both groups are told. */
        COMMITTED,
        /** Decided: nothing changes hands. Both groups are told. */
        ABORTED;

        /** Whether the point of no return is behind it. */
        public boolean isDecided() {
            return this == COMMITTED || this == ABORTED;
        }
    }

    /** When it began, was frozen and was decided; the start of 1970 stands for a time that is not known. */
    public record Times(Instant begun, Optional<Instant> frozen, Optional<Instant> decided) {
        public Times {
            frozen = frozen.filter(at -> at.toEpochMilli() != 0);
            decided = decided.filter(at -> at.toEpochMilli() != 0);
        }
    }

    public TransferRecord {
        ranges = List.copyOf(ranges);
        if (id < 1 || ranges.isEmpty() || ranges.size() > RANGES_MAX) {
            throw new IllegalArgumentException("transfer " + id + " has " + ranges.size()
                    + " ranges; transfers are numbered from 1 and have 1 to " + RANGES_MAX);
        }
        if (from.isPlacement() || to.isPlacement() || from.equals(to)) {
            throw new IllegalArgumentException("transfer " + id + " goes from " + from + " to " + to);
        }
        for (int i = 1; i < ranges.size(); i++) {
            if (Long.compareUnsigned(
                            ranges.get(i - 1).lastInclusive(), ranges.get(i).startInclusive())
                    >= 0) {
                throw new IllegalArgumentException("ranges of transfer " + id + " overlap or are not in order: "
                        + ranges.get(i - 1) + ", " + ranges.get(i));
            }
        }
    }

    /** By which people and programs name it. */
    public String name() {
        return "transfer " + id;
    }

    /** Whether the group gives or gets by it. */
    public boolean involves(GroupId group) {
        return from.equals(group) || to.equals(group);
    }

    TransferRecord freezing(Instant at) {
        return new TransferRecord(
                id,
                ranges,
                from,
                to,
                Phase.FREEZING,
                operation,
                epoch,
                new Times(times.begun, Optional.of(at), Optional.empty()),
                why);
    }

    TransferRecord committed(Epoch at, Instant when) {
        return decided(Phase.COMMITTED, at, when, "");
    }

    TransferRecord aborted(String reason, Instant when) {
        return decided(Phase.ABORTED, Epoch.NONE, when, reason);
    }

    private TransferRecord decided(Phase how, Epoch at, Instant when, String reason) {
        return new TransferRecord(
                id,
                ranges,
                from,
                to,
                how,
                operation,
                at,
                new Times(times.begun, times.frozen, Optional.of(when)),
                reason);
    }
}

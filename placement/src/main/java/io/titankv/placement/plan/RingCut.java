package io.titankv.placement.plan;

import io.titankv.model.TokenRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A ring cut where ranges that go to another group begin and end. Used by one thread. */
final class RingCut {
    private final List<RangeModel> ring;

    RingCut(List<RangeModel> ring) {
        this.ring = ring;
    }

    /**
     * The ring once these transfers are done.
     *
     * @throws IllegalArgumentException when two of them overlap, or one takes what its source does not own
     */
    List<RangeModel> after(List<Action.TransferRange> transfers) {
        List<Action.TransferRange> sorted = transfers.stream()
                .sorted(Comparator.comparing(Action.TransferRange::range))
                .toList();
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).range().overlaps(sorted.get(i - 1).range())) {
                throw new IllegalArgumentException(
                        "two transfers overlap: " + sorted.get(i - 1) + " and " + sorted.get(i));
            }
        }
        List<RangeModel> after = new ArrayList<>(ring.size() + 2 * sorted.size());
        int next = 0;
        for (RangeModel whole : ring) {
            while (next < sorted.size() && isBefore(sorted.get(next).range(), whole.range())) {
                next++;
            }
            next = cut(whole, sorted, next, after);
        }
        return after;
    }

    /** Adds the pieces of one range; returns the first transfer that may reach into the next range. */
    private static int cut(RangeModel whole, List<Action.TransferRange> sorted, int first, List<RangeModel> after) {
        int next = first;
        long at = whole.range().startInclusive();
        boolean isLeft = true;
        while (isLeft && next < sorted.size() && sorted.get(next).range().overlaps(whole.range())) {
            Action.TransferRange transfer = sorted.get(next);
            if (!whole.owner().equals(transfer.from())) {
                throw new IllegalArgumentException(
                        "range " + whole.range() + " belongs to " + whole.owner() + ", not to " + transfer.from());
            }
            TokenRange taken = common(transfer.range(), whole.range());
            if (taken.startInclusive() != at) {
                after.add(whole.part(new TokenRange(at, taken.startInclusive()), whole.owner()));
            }
            after.add(whole.part(taken, transfer.to()));
            at = taken.endExclusive();
            isLeft = at != whole.range().endExclusive();
            if (transfer.range().lastInclusive() == taken.lastInclusive()) {
                next++;
            } else {
                break;
            }
        }
        if (isLeft) {
            after.add(
                    at == whole.range().startInclusive()
                            ? whole
                            : whole.part(new TokenRange(at, whole.range().endExclusive()), whole.owner()));
        }
        return next;
    }

    private static boolean isBefore(TokenRange range, TokenRange other) {
        return Long.compareUnsigned(range.lastInclusive(), other.startInclusive()) < 0;
    }

    /** What two ranges that overlap have in common. */
    static TokenRange common(TokenRange one, TokenRange other) {
        long start = Long.compareUnsigned(one.startInclusive(), other.startInclusive()) > 0
                ? one.startInclusive()
                : other.startInclusive();
        long last = Long.compareUnsigned(one.lastInclusive(), other.lastInclusive()) < 0
                ? one.lastInclusive()
                : other.lastInclusive();
        return new TokenRange(start, last + 1);
    }
}

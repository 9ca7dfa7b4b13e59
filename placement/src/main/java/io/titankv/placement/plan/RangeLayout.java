package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.TokenRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which group owns what, as a planner moves ranges about on paper: groups by number, and what each has of every measure, kept with every
 * move. Used by one thread.
 */
final class RangeLayout {
    final List<GroupModel> groups;

    private final PlanPolicy policy;
    private final List<List<RangeModel>> owned = new ArrayList<>();
    private final Map<Measure, double[]> sums = new EnumMap<>(Measure.class);
    private final Map<Measure, Double> means = new EnumMap<>(Measure.class);
    private final List<Step.MoveRange> steps = new ArrayList<>();

    RangeLayout(ClusterModel model, PlanPolicy policy) {
        this.policy = policy;
        this.groups = model.shards();
        Map<GroupId, Integer> numbers = new HashMap<>();
        groups.forEach(group -> {
            numbers.put(group.id(), owned.size());
            owned.add(new ArrayList<>());
        });
        for (Measure measure : Measure.values()) {
            sums.put(measure, new double[owned.size()]);
        }
        for (RangeModel range : model.ring()) {
            Integer group = numbers.get(range.owner());
            if (group == null) {
                throw new IllegalArgumentException("range " + range.range() + " belongs to no group: " + range.owner());
            }
            owned.get(group).add(range);
            change(group, range, 1);
        }
        for (Measure measure : Measure.values()) {
            means.put(measure, Arrays.stream(sums(measure)).average().orElse(0));
        }
    }

    int groupOf(GroupId id) {
        for (int group = 0; group < groups.size(); group++) {
            if (groups.get(group).id().equals(id)) {
                return group;
            }
        }
        throw new IllegalArgumentException("there is no group " + id);
    }

    /** What each group has. */
    double[] sums(Measure measure) {
        double[] held = sums.get(measure);
        if (held == null) {
            throw new IllegalStateException("nothing is known of " + measure);
        }
        return held;
    }

    double sum(Measure measure, int group) {
        return sums(measure)[group];
    }

    /** The mean of all groups: moves do not change it. */
    double mean(Measure measure) {
        return means.getOrDefault(measure, 0.0);
    }

    /** What a group has not given away; what it was given by this plan is not among it, so that no range moves twice. */
    List<RangeModel> owned(int group) {
        return owned.get(group);
    }

    /** The moves so far, in this order. */
    List<Step.MoveRange> steps() {
        return List.copyOf(steps);
    }

    /**
     * Moves up to an amount from one group to another: whole ranges in the order in which they stand, and of the last one a part.
     *
     * @return how much was moved: less when ranges are too narrow to be cut so
     */
    double shift(int from, int to, double amount, Measure measure, String why) {
        List<RangeModel> pieces = owned.get(from);
        double moved = 0;
        int at = 0;
        while (at < pieces.size() && amount - moved > amount * 1e-6) {
            RangeModel piece = pieces.get(at);
            double held = measure.of(piece);
            double part = held == 0 ? 0 : Math.max((amount - moved) / held, Rings.narrowest(piece.range()));
            if (held == 0) {
                at++;
            } else if (part >= 1 && held <= amount - moved) {
                pieces.remove(at);
                arrive(piece, from, to, why);
                moved += held;
            } else if (part < 1 && Rings.canCut(piece.range(), part)) {
                long cut = Rings.tokenAt(piece.range(), part);
                RangeModel taken = piece.part(new TokenRange(piece.range().startInclusive(), cut), piece.owner());
                pieces.set(at, piece.part(new TokenRange(cut, piece.range().endExclusive()), piece.owner()));
                arrive(taken, from, to, why);
                moved += measure.of(taken);
                break;
            } else {
                at++;
            }
        }
        return moved;
    }

    /** Moves one range that the group owns. */
    void shift(int from, int to, RangeModel piece, String why) {
        owned.get(from).remove(piece);
        arrive(piece, from, to, why);
    }

    private void arrive(RangeModel piece, int from, int to, String why) {
        change(from, piece, -1);
        change(to, piece, 1);
        GroupId source = groups.get(from).id();
        GroupId target = groups.get(to).id();
        int chunks = (int) Math.min(1 << 20, Math.ceilDiv(Math.max(1, piece.bytes()), policy.transferBytesMax()));
        long start = piece.range().startInclusive();
        for (int chunk = 1; chunk <= chunks; chunk++) {
            long end = chunk == chunks
                    ? piece.range().endExclusive()
                    : Rings.tokenAt(piece.range(), (double) chunk / chunks);
            RangeModel part = piece.part(new TokenRange(start, end), source);
            steps.add(new Step.MoveRange(part.range(), source, target, part.bytes(), part.opsPerSecond(), why));
            start = end;
        }
    }

    private void change(int group, RangeModel range, int sign) {
        for (Measure measure : Measure.values()) {
            sums(measure)[group] += sign * measure.of(range);
        }
    }
}

package io.titankv.placement.plan;

import io.titankv.placement.plan.PlanPolicy.Band;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Evens out nodes by moving replicas from the fullest to the emptiest: first by bytes, then by number. A move is made only where it
 * lessens the difference of its two nodes clearly, shares no failure domain more than before, and no replica moves twice; so few
 * bytes move, it comes to an end, and a cluster that is even is left alone. Of replicas that would do about as well one goes that does
 * not lead. Used once by one thread.
 */
final class ReplicaBalance {
    /**
     * A replica moves if it weighs at most this part of the two nodes' difference: with all of it they would only change places, and
     * noise would send it back.
     */
    private static final double DIFFERENCE_PART_MAX = 0.9;

    /** So much less is it worth to move a replica that leads: each change of leader holds up its clients for a moment. */
    private static final double LEADER_WORTH = 0.8;

    /** Nodes looked at on either side when numbers are evened out. */
    private static final int EXTREMES_MAX = 32;

    private final ReplicaLayout layout;
    private final PlanPolicy policy;
    private final BitSet resting = new BitSet();
    /** Group and node of replicas that came by this plan. */
    private final Set<Long> arrived = new HashSet<>();

    private final List<Step.MoveReplica> steps = new ArrayList<>();

    private record Candidate(int group, int from, int to, double gain) {}

    /** @param movable groups of which a replica may be moved, by number */
    ReplicaBalance(ReplicaLayout layout, PlanPolicy policy, IntPredicate movable) {
        this.layout = layout;
        this.policy = policy;
        for (int group = 0; group < layout.groups.size(); group++) {
            resting.set(group, !movable.test(group));
        }
    }

    List<Step.MoveReplica> plan() {
        if (layout.emptiest().size() > 1) {
            evenBytes();
            evenNumbers();
        }
        return List.copyOf(steps);
    }

    /** (most - least) / mean of the nodes' fullness. */
    double imbalance() {
        NavigableSet<Integer> emptiest = layout.emptiest();
        double mean = layout.meanFullness();
        return mean == 0 || emptiest.size() < 2
                ? 0
                : (layout.fullness(emptiest.last()) - layout.fullness(emptiest.first())) / mean;
    }

    private void evenBytes() {
        if (imbalance() <= policy.replicaBytes().begin()) {
            return;
        }
        double mean = layout.meanFullness();
        double gapMin = policy.replicaBytes().end() * mean;
        BitSet stuck = new BitSet();
        boolean moved = false;
        Candidate next = fromTheFullest(gapMin, stuck);
        while (next != null) {
            move(
                    next,
                    layout.id(next.from()) + " has " + Amounts.percent(layout.fullness(next.from()) / mean)
                            + " of an even share of bytes, " + layout.id(next.to()) + " has "
                            + Amounts.percent(layout.fullness(next.to()) / mean));
            moved = true;
            next = fromTheFullest(gapMin, stuck);
            if (next == null && moved) {
                // What moved since may have made a way for those that had none.
                moved = false;
                stuck.clear();
                next = fromTheFullest(gapMin, stuck);
            }
        }
    }

    /** A move from the fullest node that can give one; notes those that cannot. */
    private @Nullable Candidate fromTheFullest(double gapMin, BitSet stuck) {
        double least = layout.fullness(layout.emptiest().first());
        for (int full : layout.emptiest().descendingSet()) {
            if (layout.fullness(full) - least <= gapMin) {
                return null;
            }
            if (!stuck.get(full)) {
                Candidate candidate = bestFrom(full, gapMin);
                if (candidate != null) {
                    return candidate;
                }
                stuck.set(full);
            }
        }
        return null;
    }

    private @Nullable Candidate bestFrom(int full, double gapMin) {
        Candidate best = null;
        for (int group : layout.groupsOn(full)) {
            if (isMovable(group, full)) {
                Candidate candidate = bestFor(group, full, gapMin);
                if (candidate != null && (best == null || worth(candidate) > worth(best))) {
                    best = candidate;
                }
            }
        }
        return best;
    }

    private double worth(Candidate candidate) {
        return candidate.gain() * (leads(candidate.from(), candidate.group()) ? LEADER_WORTH : 1);
    }

    private boolean leads(int node, int group) {
        return layout.groups.get(group).isLedBy(layout.id(node));
    }

    /** The move of one replica that lessens the sum of squares most: in each zone the emptiest node that can have it is looked at. */
    private @Nullable Candidate bestFor(int group, int full, double gapMin) {
        int[] members = layout.members(group);
        int sharedNow = layout.shared(full, group);
        Candidate best = null;
        for (Map.Entry<Integer, NavigableSet<Integer>> zone :
                layout.emptiestOfZone().entrySet()) {
            if (layout.domains.sharedInZone(zone.getKey(), members, members.length, full) > sharedNow) {
                continue;
            }
            for (int empty : zone.getValue()) {
                if (layout.fullness(full) - layout.fullness(empty) <= gapMin) {
                    break;
                }
                if (mayGo(group, full, empty, sharedNow)) {
                    double gain = gain(group, full, empty);
                    if (gain > 0 && (best == null || gain > best.gain())) {
                        best = new Candidate(group, full, empty, gain);
                    }
                    break;
                }
            }
        }
        return best;
    }

    private boolean mayGo(int group, int from, int to, int sharedMax) {
        int[] members = layout.members(group);
        return !layout.holds(to, group)
                && layout.hasRoom(to, group)
                && layout.domains.shared(to, members, members.length, from) <= sharedMax;
    }

    /** By how much a move lessens half the sum of (weight squared / capacity); 0 when it weighs too much for the difference. */
    private double gain(int group, int from, int to) {
        double weight = layout.weight(group);
        double gap = layout.fullness(from) - layout.fullness(to);
        double perWeight = 1 / layout.capacity(from) + 1 / layout.capacity(to);
        return weight * perWeight > 2 * DIFFERENCE_PART_MAX * gap ? 0 : weight * gap - weight * weight / 2 * perWeight;
    }

    private void evenNumbers() {
        Band band = policy.replicaCount();
        if (numberImbalance() <= band.begin()) {
            return;
        }
        Candidate next = ofTheMany(band.end());
        while (next != null) {
            move(
                    next,
                    layout.id(next.from()) + " holds " + layout.replicasOn(next.from()) + " replicas, "
                            + layout.id(next.to()) + " holds " + layout.replicasOn(next.to()));
            next = ofTheMany(band.end());
        }
    }

    private double numberImbalance() {
        double most = 0;
        double least = Double.MAX_VALUE;
        for (int node : layout.emptiest()) {
            most = Math.max(most, density(node));
            least = Math.min(least, density(node));
        }
        double mean = meanDensity();
        return mean == 0 ? 0 : (most - least) / mean;
    }

    private double density(int node) {
        return layout.replicasOn(node) / layout.capacity(node);
    }

    private double meanDensity() {
        double replicas = 0;
        double capacity = 0;
        for (int node : layout.emptiest()) {
            replicas += layout.replicasOn(node);
            capacity += layout.capacity(node);
        }
        return replicas / capacity;
    }

    /** The lightest replica of a node with many that may go to one with few without making bytes less even. */
    private @Nullable Candidate ofTheMany(double end) {
        double mean = meanDensity();
        List<Integer> byDensity = layout.emptiest().stream()
                .sorted(Comparator.<Integer>comparingDouble(this::density).thenComparing(Comparator.naturalOrder()))
                .toList();
        for (int many : byDensity.reversed().stream().limit(EXTREMES_MAX).toList()) {
            for (int few : byDensity.stream().limit(EXTREMES_MAX).toList()) {
                double perReplica = 1 / layout.capacity(many) + 1 / layout.capacity(few);
                double gap = density(many) - density(few);
                if (gap > end * mean && gap > perReplica / (2 * DIFFERENCE_PART_MAX)) {
                    Candidate lightest = lightest(many, few);
                    if (lightest != null) {
                        return lightest;
                    }
                }
            }
        }
        return null;
    }

    private @Nullable Candidate lightest(int many, int few) {
        double most = layout.fullness(layout.emptiest().last());
        double least = layout.fullness(layout.emptiest().first());
        return layout.groupsOn(many).stream()
                .filter(group -> isMovable(group, many))
                .filter(group -> mayGo(group, many, few, layout.shared(many, group)))
                .filter(group -> layout.fullness(few) + layout.weight(group) / layout.capacity(few) <= most
                        && layout.fullness(many) - layout.weight(group) / layout.capacity(many) >= least)
                .min(Comparator.<Integer>comparingDouble(
                                group -> layout.weight(group) * (leads(many, group) ? 1 / LEADER_WORTH : 1))
                        .thenComparing(Comparator.naturalOrder()))
                .map(group -> new Candidate(group, many, few, 0))
                .orElse(null);
    }

    private void move(Candidate candidate, String why) {
        GroupModel group = layout.groups.get(candidate.group());
        steps.add(new Step.MoveReplica(
                group.id(), layout.id(candidate.from()), layout.id(candidate.to()), group.bytes(), why));
        arrived.add(replica(candidate.group(), candidate.to()));
        layout.move(candidate.group(), candidate.from(), candidate.to());
    }

    private boolean isMovable(int group, int node) {
        return !resting.get(group) && !arrived.contains(replica(group, node));
    }

    private static long replica(int group, int node) {
        return (long) group << Integer.SIZE | node;
    }
}

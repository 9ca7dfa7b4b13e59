package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.PlanRefused.Cause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Which ranges go to which group: for a new group, a group that ends, a range that someone wants elsewhere, and by itself so that
 * groups are alike in bytes and in operations. Each moves the fewest tokens that do. Pure: the same model gives the same plan.
 * Immutable.
 */
public final class RangePlanner {
    /** A new group takes its ranges from at most so many others: each is a transfer. As many as it would have points on the ring. */
    static final int DONORS_MAX = HashRing.POINTS_PER_WEIGHT;

    /** Bytes and operations are evened out in turn, so often at most. Two do nearly always. */
    private static final int ROUNDS_MAX = 8;

    private final ClusterModel model;
    private final PlanPolicy policy;

    public RangePlanner(ClusterModel model, PlanPolicy policy) {
        this.model = model;
        this.policy = policy;
    }

    /**
     * What automatic balance may do.
     *
     * @param enabled the switch
     * @param begun an earlier plan of it did not get as far as the band's end yet
     * @param movedBytes copied by it within the window
     * @param bytesMax that may be copied within the window
     */
    public record Automatic(boolean enabled, boolean begun, long movedBytes, long bytesMax, Duration window) {}

    /** A new group that takes its share of the tokens, 1/(G+1): the same part of each of the others, or of the largest. */
    public Decision create(GroupId id, Reason reason) {
        Optional<PlanRefused> refused = refusalOfNew(id);
        if (refused.isPresent()) {
            return refused.get();
        }
        return born(id, reason, (layout, group) -> {
            List<Integer> donors = IntStream.range(0, layout.groups.size())
                    .boxed()
                    .filter(other -> other != group && layout.sum(Measure.SHARE, other) > 0)
                    .sorted(Comparator.<Integer>comparingDouble(other -> layout.sum(Measure.BYTES, other))
                            .thenComparingDouble(other -> layout.sum(Measure.SHARE, other))
                            .reversed()
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(DONORS_MAX)
                    .toList();
            double donated = 1.0
                    / layout.groups.size()
                    / donors.stream()
                            .mapToDouble(donor -> layout.sum(Measure.SHARE, donor))
                            .sum();
            for (int donor : donors) {
                layout.owned(donor).sort(WIDEST_FIRST);
                layout.shift(donor, group, donated * layout.sum(Measure.SHARE, donor), Measure.SHARE, reason.why());
            }
        });
    }

    /** A new group that takes half of one group's tokens. */
    public Decision split(GroupId source, GroupId id, Reason reason) {
        Optional<PlanRefused> refused = refusalOf(source).or(() -> refusalOfNew(id));
        if (refused.isPresent()) {
            return refused.get();
        }
        return born(id, reason, (layout, group) -> {
            int from = layout.groupOf(source);
            layout.owned(from).sort(WIDEST_FIRST);
            layout.shift(from, group, layout.sum(Measure.SHARE, from) / 2, Measure.SHARE, reason.why());
        });
    }

    private static final Comparator<RangeModel> WIDEST_FIRST = Comparator.<RangeModel>comparingDouble(
                    range -> range.range().share())
            .reversed()
            .thenComparing(RangeModel::range);

    /** How a new group gets its ranges. */
    private interface Endowment {
        void give(RangeLayout layout, int group);
    }

    private Decision born(GroupId id, Reason reason, Endowment endowment) {
        int wanted = model.shards().stream()
                .mapToInt(GroupModel::replicasWanted)
                .max()
                .orElse(1);
        GroupModel born = new GroupModel(id, wanted, List.of(), Optional.empty(), 0, 0);
        ClusterModel with = model.withGroups(List.of(born));
        RangeLayout layout = new RangeLayout(with, policy);
        endowment.give(layout, layout.groupOf(id));
        long bytes = layout.steps().stream().mapToLong(Step.MoveRange::bytes).sum();
        List<NodeId> members = ReplicaSpread.spread(
                        model.withGroups(List.of(born.grown(bytes, 0))), policy, List.of(id), wanted)
                .getOrDefault(id, List.of());
        if (members.size() < wanted) {
            return tooFew(id, wanted, members, bytes);
        }
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.CreateGroup(id, members, reason.why()));
        steps.addAll(layout.steps());
        return Plan.of(reason, steps, with, policy.pace());
    }

    private PlanRefused tooFew(GroupId id, int wanted, List<NodeId> able, long bytes) {
        String message = "group " + id + " wants " + wanted + " replicas on different nodes, and " + able.size()
                + " nodes can take one";
        List<NodeId> others = model.nodes().values().stream()
                .filter(node -> node.takesReplicas() && !able.contains(node.id()))
                .map(NodeModel::id)
                .toList();
        return new RangeRoom(model, policy)
                .lack(id, others, Math.max(1, bytes))
                .map(lack -> PlanRefused.of(Cause.NO_ROOM, message + "; " + lack.text()))
                .orElseGet(() -> PlanRefused.of(Cause.TOO_FEW_NODES, message));
    }

    /** The plan, or its refusal when what it moves does not fit on a node that gets a replica of it. */
    private Decision fitting(Reason reason, List<? extends Step> steps) {
        return new RangeRoom(model, policy)
                .lack(steps)
                .<Decision>map(lack -> PlanRefused.of(Cause.NO_ROOM, lack.text()))
                .orElseGet(() -> Plan.of(reason, steps, model, policy.pace()));
    }

    /** A range, whole or part of what one or several groups own, goes to a group. */
    public Decision move(TokenRange range, GroupId to, Reason reason) {
        Optional<PlanRefused> refused = refusalOf(to);
        List<Step> steps = new ArrayList<>();
        for (RangeModel owned : model.ring()) {
            if (refused.isEmpty()
                    && owned.range().overlaps(range)
                    && !owned.owner().equals(to)) {
                refused = refusalOf(owned.owner());
                RangeModel part = owned.part(RingCut.common(owned.range(), range), owned.owner());
                steps.add(new Step.MoveRange(
                        part.range(), owned.owner(), to, part.bytes(), part.opsPerSecond(), reason.why()));
            }
        }
        if (refused.isPresent()) {
            return refused.get();
        }
        return steps.isEmpty()
                ? PlanRefused.of(Cause.NOTHING_TO_DO, "range " + range + " belongs to " + to + " already")
                : fitting(reason, steps);
    }

    /** All ranges of a group go to the others, each to the one that has least; then the group is retired. */
    public Decision merge(GroupId id, Reason reason) {
        Optional<PlanRefused> refused = refusalOf(id);
        if (refused.isPresent()) {
            return refused.get();
        }
        RangeLayout layout = new RangeLayout(model, policy);
        int others = layout.groups.size() - 1;
        if (others == 0) {
            return PlanRefused.of(Cause.NONSENSE, "group " + id + " is the only one: nobody else could own its tokens");
        }
        int from = layout.groupOf(id);
        // Pieces as large as one of the others should get, if it is few of them: a range can be larger than that.
        double pieceMax = layout.sum(Measure.SHARE, from) / Math.min(others, DONORS_MAX);
        PriorityQueue<Integer> idlest =
                new PriorityQueue<>(Comparator.<Integer>comparingDouble(group -> fill(layout, group))
                        .thenComparing(Comparator.naturalOrder()));
        IntStream.range(0, layout.groups.size()).filter(group -> group != from).forEach(idlest::add);
        layout.owned(from).sort(WIDEST_FIRST);
        while (!layout.owned(from).isEmpty()) {
            int to = idlest.remove();
            RangeModel widest = layout.owned(from).getFirst();
            double part = pieceMax / widest.range().share();
            if (part < 0.99 && Rings.canCut(widest.range(), part)) {
                layout.shift(from, to, pieceMax, Measure.SHARE, reason.why());
            } else {
                layout.shift(from, to, widest, reason.why());
            }
            idlest.add(to);
        }
        List<Step> steps = new ArrayList<>(layout.steps());
        steps.add(new Step.RetireGroup(id, reason.why()));
        return fitting(reason, steps);
    }

    /** How much a group has, 1 when it has the mean: by the measure of which it has most. */
    private static double fill(RangeLayout layout, int group) {
        double fill = 0;
        for (Measure measure : Measure.values()) {
            double mean = layout.mean(measure);
            fill = Math.max(fill, mean == 0 ? 0 : layout.sum(measure, group) / mean);
        }
        return fill;
    }

    /** Makes groups alike now, as a person asks for it. */
    public Decision rebalance(Reason reason) {
        RangeLayout layout = new RangeLayout(model, policy);
        evened(layout, true);
        return layout.steps().isEmpty()
                ? PlanRefused.of(
                        Cause.NOTHING_TO_DO,
                        "groups are even: none has more than "
                                + Amounts.percent(1 + policy.rangeBytes().end())
                                + " of a mean group's bytes or "
                                + Amounts.percent(1 + policy.rangeOps().end()) + " of its operations")
                : fitting(reason, layout.steps());
    }

    /** Makes groups alike once one has much more than the others, as far as it may within the time. */
    public Decision balance(Automatic automatic) {
        if (!automatic.enabled()) {
            return new Decision.Rest(List.of(new WaitingOn.SwitchedOff("range balance")));
        }
        RangeLayout layout = new RangeLayout(model, policy);
        RangeBalance balance = evened(layout, automatic.begun());
        List<Step> steps = new ArrayList<>();
        List<WaitingOn> full = new ArrayList<>();
        RangeRoom room = new RangeRoom(model, policy);
        long bytes = automatic.movedBytes();
        for (Step.MoveRange step : layout.steps()) {
            if (model.isClaimed(step.from()) || model.isClaimed(step.to())) {
                continue;
            }
            Optional<WaitingOn.NoRoomOn> lack = room.lack(step.to(), step.bytes());
            if (lack.isPresent()) {
                full.add(lack.get());
                continue;
            }
            bytes += Plan.bytesOf(step, model);
            if (bytes > automatic.bytesMax() && !(steps.isEmpty() && automatic.movedBytes() == 0)) {
                break; // the largest gains come first
            }
            steps.add(step);
            room.promise(step.to(), step.bytes());
        }
        if (steps.isEmpty() && !full.isEmpty()) {
            return new Decision.Rest(List.of(full.getFirst()));
        }
        if (steps.isEmpty()) {
            return new Decision.Rest(
                    layout.steps().isEmpty()
                            ? balance.waiting
                            : List.of(new WaitingOn.RateLimited(
                                    automatic.movedBytes(), automatic.bytesMax(), automatic.window())));
        }
        return Plan.of(Reason.scheduler("range balance", steps.getFirst().why()), steps, model, policy.pace());
    }

    private RangeBalance evened(RangeLayout layout, boolean begun) {
        RangeBalance balance = new RangeBalance(layout, policy);
        Measure size = layout.mean(Measure.BYTES) > 0 ? Measure.BYTES : Measure.SHARE;
        boolean isBegun = begun;
        boolean changed = true;
        for (int round = 0; changed && round < ROUNDS_MAX; round++) {
            changed = false;
            for (Measure measure : List.of(size, Measure.OPS)) {
                if (isBegun ? balance.isUnfinished(measure) : balance.isUneven(measure)) {
                    int before = layout.steps().size();
                    balance.even(measure);
                    changed |= layout.steps().size() > before;
                    isBegun = true; // what is moved for one measure must not call for the next plan by the other
                }
            }
        }
        return balance;
    }

    private Optional<PlanRefused> refusalOf(GroupId id) {
        if (id.isPlacement() || model.group(id).isEmpty()) {
            return Optional.of(PlanRefused.of(
                    Cause.GROUP_UNKNOWN,
                    "there is no group " + id + " that owns ranges; there are "
                            + model.shards().size() + " groups"));
        }
        return Optional.ofNullable(model.claims().get(id))
                .map(claim -> PlanRefused.of(Cause.CLASH, "group " + id + " is being changed by " + claim));
    }

    private Optional<PlanRefused> refusalOfNew(GroupId id) {
        return id.isPlacement() || model.group(id).isPresent()
                ? Optional.of(PlanRefused.of(Cause.GROUP_EXISTS, "there is a group " + id + " already"))
                : Optional.empty();
    }
}

package io.titankv.placement.plan;

import io.titankv.placement.plan.PlanPolicy.Band;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Evens out groups by one measure: those above the upper edge of the band give what is above it, those below the lower edge get what they
 * lack, and the rest gives or gets what is over, level by level. So no plan that ends as even moves less. What is moved for bytes is what
 * is asked for least, and for operations what is asked for most, so that one measure does not undo the other. Used once by one thread.
 */
final class RangeBalance {
    /** Less than this part of the mean is not worth a transfer. */
    private static final double DUST = 0.002;

    private final RangeLayout layout;
    private final PlanPolicy policy;
    /**
     * Operations on ranges with more of them than a group should have, and too narrow to be cut into parts that matter little; 0 for the
     * groups that have none.
     */
    private final double[] hotOps;
    /** The other groups, which are to be even: a group with a hot key keeps that and gives away the rest. */
    private final int[] even;

    final List<WaitingOn> waiting = new ArrayList<>();

    /** A group, and what it has still to give or get. */
    private record Open(int group, double amount) {
        static final Comparator<Open> LARGEST_FIRST =
                Comparator.comparingDouble(Open::amount).reversed().thenComparingInt(Open::group);
    }

    RangeBalance(RangeLayout layout, PlanPolicy policy) {
        this.layout = layout;
        this.policy = policy;
        this.hotOps = new double[layout.groups.size()];
        double mean = layout.mean(Measure.OPS);
        for (int group = 0; group < hotOps.length; group++) {
            for (RangeModel range : layout.owned(group)) {
                if (range.opsPerSecond() > (1 + policy.rangeOps().begin()) * mean
                        && range.opsPerSecond() * Rings.narrowest(range.range())
                                > policy.rangeOps().end() * mean) {
                    hotOps[group] += range.opsPerSecond();
                    waiting.add(new WaitingOn.HotRange(
                            range.owner(), range.range().toString(), range.opsPerSecond(), mean));
                }
            }
        }
        this.even = IntStream.range(0, hotOps.length)
                .filter(group -> hotOps[group] == 0)
                .toArray();
    }

    /** most / mean - 1, where groups with a hot key are not counted. */
    double imbalance(Measure measure) {
        double mean = mean(measure);
        return mean == 0 ? 0 : Arrays.stream(held(measure)).max().orElse(0) / mean - 1;
    }

    /** What each of the groups has that are to be even. */
    private double[] held(Measure measure) {
        return Arrays.stream(even)
                .mapToDouble(group -> layout.sum(measure, group))
                .toArray();
    }

    private double mean(Measure measure) {
        return even.length == 0 ? 0 : (Arrays.stream(held(measure)).sum() + besideHot(measure)) / even.length;
    }

    /** Operations that groups with a hot key serve for other keys: those go elsewhere. */
    private double besideHot(Measure measure) {
        return measure == Measure.OPS
                ? IntStream.range(0, hotOps.length).mapToDouble(this::besideHot).sum()
                : 0;
    }

    private double besideHot(int group) {
        return hotOps[group] == 0 ? 0 : Math.max(0, layout.sum(Measure.OPS, group) - hotOps[group]);
    }

    /** Whether a group has so much more than the others, or so much less, that something is to be done. */
    boolean isUneven(Measure measure) {
        return isOutside(measure, bandOf(measure).begin());
    }

    /** Whether what was begun is to go on. Half way into the band is near enough: pieces are whole, and dust is left. */
    boolean isUnfinished(Measure measure) {
        return isOutside(measure, middle(bandOf(measure)));
    }

    private boolean isOutside(Measure measure, double edge) {
        double mean = mean(measure);
        double least = Arrays.stream(held(measure)).min().orElse(0);
        return imbalance(measure) > edge
                || besideHot(measure) > edge * mean
                || (mean > 0 && measure != Measure.OPS && 1 - least / mean > edge);
    }

    private Band bandOf(Measure measure) {
        return switch (measure) {
            case OPS -> policy.rangeOps();
            case BYTES, SHARE -> policy.rangeBytes();
        };
    }

    /** Brings groups to the inner edges of the band. */
    void even(Measure measure) {
        double end = bandOf(measure).end();
        double mean = mean(measure);
        double[] held = held(measure);
        double above = besideHot(measure);
        double below = 0;
        for (double sum : held) {
            above += Math.max(0, sum - mean * (1 + end));
            below += measure == Measure.OPS ? 0 : Math.max(0, mean * (1 - end) - sum);
        }
        double[] gives = above >= below ? over(held, mean * (1 + end)) : WaterLevel.taken(held, below);
        double[] gets = above >= below ? WaterLevel.poured(held, above) : under(held, mean * (1 - end));
        PriorityQueue<Open> receivers = open(gets, mean);
        PriorityQueue<Open> givers = open(gives, mean);
        for (int group = 0; group < hotOps.length; group++) {
            if (measure == Measure.OPS && besideHot(group) > DUST * mean) {
                givers.add(new Open(group, besideHot(group)));
            }
        }
        while (!givers.isEmpty() && !receivers.isEmpty()) {
            Open giver = givers.remove();
            layout.owned(giver.group()).sort(order(measure));
            give(giver, receivers, measure, mean);
        }
    }

    private static double[] over(double[] held, double level) {
        return IntStream.range(0, held.length)
                .mapToDouble(i -> Math.max(0, held[i] - level))
                .toArray();
    }

    private static double[] under(double[] held, double level) {
        return IntStream.range(0, held.length)
                .mapToDouble(i -> Math.max(0, level - held[i]))
                .toArray();
    }

    private PriorityQueue<Open> open(double[] amounts, double mean) {
        PriorityQueue<Open> open = new PriorityQueue<>(Open.LARGEST_FIRST);
        for (int i = 0; i < amounts.length; i++) {
            if (amounts[i] > DUST * mean) {
                open.add(new Open(even[i], amounts[i]));
            }
        }
        return open;
    }

    /** For operations the ranges with most of them for their bytes first; otherwise those with fewest. */
    private static Comparator<RangeModel> order(Measure measure) {
        Comparator<RangeModel> byDensity =
                Comparator.comparingDouble(range -> range.opsPerSecond() / (range.bytes() + 1.0));
        return (measure == Measure.OPS ? byDensity.reversed() : byDensity).thenComparing(RangeModel::range);
    }

    private void give(Open giver, PriorityQueue<Open> receivers, Measure measure, double mean) {
        double left = giver.amount();
        String why = why(giver.group(), measure, mean);
        List<Open> unfit = new ArrayList<>();
        while (left > DUST * mean && !receivers.isEmpty()) {
            Open receiver = receivers.remove();
            double amount = Math.min(left, receiver.amount());
            double moved = layout.shift(giver.group(), receiver.group(), amount, measure, why);
            left -= moved;
            if (receiver.amount() - moved > DUST * mean) {
                (moved == 0 ? unfit : receivers).add(new Open(receiver.group(), receiver.amount() - moved));
            }
            if (moved == 0) {
                break;
            }
        }
        receivers.addAll(unfit);
    }

    private static double middle(Band band) {
        return (band.begin() + band.end()) / 2;
    }

    private String why(int group, Measure measure, double mean) {
        double times = layout.sum(measure, group) / mean;
        return layout.groups.get(group).id() + " has " + Amounts.percent(times) + " of a mean group's "
                + switch (measure) {
                    case SHARE -> "tokens";
                    case BYTES -> "bytes";
                    case OPS -> "operations";
                };
    }
}

package io.titankv.placement.plan;

import io.titankv.placement.plan.PlanPolicy.Band;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Evens out the operations that nodes serve as leaders, without making their numbers of leaders less even: the busiest node exchanges
 * a group for a quieter one, or gives one to a node that leads fewer. Used once by one thread.
 */
final class LeaderLoads {
    /** A change must take this part of the even load off the busiest node: else noise would bring it about. */
    private static final double GAIN_MIN = 0.01;

    private static final int[] NONE = {};

    private final Leaderships leaderships;
    private final Band band;
    private final double evenLoad;
    private final double evenCount;

    /** Groups that go to nodes, and how busy the busiest of these is then. */
    private record Exchange(List<Handover> handovers, double busiestAfter) {}

    private record Handover(int group, int to) {}

    LeaderLoads(Leaderships leaderships, Band band) {
        this.leaderships = leaderships;
        this.band = band;
        this.evenLoad = leaderships.evenLoad();
        this.evenCount = leaderships.evenCount();
    }

    void even() {
        int busiest = busiest(new BitSet());
        if (busiest == Leaderships.NOBODY || leaderships.load(busiest) <= (1 + band.begin()) * evenLoad) {
            return;
        }
        BitSet stuck = new BitSet();
        while (busiest != Leaderships.NOBODY && leaderships.load(busiest) > (1 + band.end()) * evenLoad) {
            Exchange best = bestOf(busiest);
            if (best == null) {
                stuck.set(busiest);
            } else {
                best.handovers().forEach(handover -> leaderships.move(handover.group(), handover.to()));
            }
            busiest = busiest(stuck);
        }
    }

    private int busiest(BitSet stuck) {
        int busiest = Leaderships.NOBODY;
        for (int node = 0; node < leaderships.nodes.size(); node++) {
            if (!stuck.get(node)
                    && leaderships.weight(node) > 0
                    && (busiest == Leaderships.NOBODY || leaderships.load(node) > leaderships.load(busiest))) {
                busiest = node;
            }
        }
        return busiest;
    }

    /** The exchange after which the busiest of its nodes is least busy: of two nodes if there is one, else of three. */
    private @Nullable Exchange bestOf(int busy) {
        Exchange best = null;
        for (boolean overThird : new boolean[] {false, true}) {
            for (int group : leaderships.ledBy(busy)) {
                for (int to : leaderships.isMovable(group) ? leaderships.able(group) : NONE) {
                    if (to != busy) {
                        best = overThird ? overThird(busy, group, to, best) : between(busy, group, to, best);
                    }
                }
            }
            if (best != null) {
                return best;
            }
        }
        return null;
    }

    /** The group goes to a node that leads fewer, or for a quieter one that comes back. */
    private @Nullable Exchange between(int busy, int group, int to, @Nullable Exchange bestBefore) {
        Exchange best = bestBefore;
        double ops = leaderships.opsOf(group);
        if (keepsNumbersEven(busy, to)) {
            best = better(
                    busy,
                    best,
                    new Exchange(List.of(new Handover(group, to)), Math.max(with(busy, -ops), with(to, ops))));
        }
        for (int back : leaderships.ledBy(to)) {
            double less = ops - leaderships.opsOf(back);
            if (less > 0 && leaderships.isMovable(back) && leaderships.isAble(busy, back)) {
                best = better(
                        busy,
                        best,
                        new Exchange(
                                List.of(new Handover(group, to), new Handover(back, busy)),
                                Math.max(with(busy, -less), with(to, less))));
            }
        }
        return best;
    }

    /** The group goes to a node, another from there to a third, and a quieter one from there comes back. */
    private @Nullable Exchange overThird(int busy, int group, int to, @Nullable Exchange bestBefore) {
        Exchange best = bestBefore;
        double ops = leaderships.opsOf(group);
        for (int next : leaderships.ledBy(to)) {
            double nextOps = leaderships.opsOf(next);
            for (int third : leaderships.isMovable(next) ? leaderships.able(next) : NONE) {
                if (third == busy || third == to || with(to, ops - nextOps) >= limit(busy, best)) {
                    continue;
                }
                for (int back : leaderships.ledBy(third)) {
                    double backOps = leaderships.opsOf(back);
                    if (backOps < ops && leaderships.isMovable(back) && leaderships.isAble(busy, back)) {
                        double after = Math.max(
                                with(busy, backOps - ops),
                                Math.max(with(to, ops - nextOps), with(third, nextOps - backOps)));
                        if (after < limit(busy, best)) {
                            best = new Exchange(
                                    List.of(
                                            new Handover(group, to),
                                            new Handover(next, third),
                                            new Handover(back, busy)),
                                    after);
                        }
                    }
                }
            }
        }
        return best;
    }

    private @Nullable Exchange better(int busy, @Nullable Exchange best, Exchange other) {
        return other.busiestAfter() < limit(busy, best) ? other : best;
    }

    private double with(int node, double moreOps) {
        return leaderships.load(node) + moreOps / leaderships.weight(node);
    }

    private double limit(int busy, @Nullable Exchange best) {
        return best == null ? leaderships.load(busy) - GAIN_MIN * evenLoad : best.busiestAfter();
    }

    /** Whether one more there and one less here is a difference that the balance of numbers would leave alone. */
    private boolean keepsNumbersEven(int from, int to) {
        return leaderships.count(to) + 1 <= Math.round(evenCount * leaderships.weight(to))
                && leaderships.count(from) - 1 >= Math.round(evenCount * leaderships.weight(from));
    }
}

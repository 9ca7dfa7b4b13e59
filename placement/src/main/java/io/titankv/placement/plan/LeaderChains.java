package io.titankv.placement.plan;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;

/**
 * Evens out how many groups each node leads, for its cores: a leadership goes from a busy node to an idle one, over others if need be,
 * where that lessens the sum of (count squared / cores). With equal nodes that is a difference of two or more. So moves are few, and
 * a balanced cluster is left alone. Used once by one thread.
 */
final class LeaderChains {
    private final Leaderships leaderships;
    private final int nodes;
    /** The group over which a search reached a node, and from which node. */
    private final int[] reachedBy;

    private final int[] reachedFrom;
    private final int[] depths;

    LeaderChains(Leaderships leaderships) {
        this.leaderships = leaderships;
        this.nodes = leaderships.nodes.size();
        this.reachedBy = new int[nodes];
        this.reachedFrom = new int[nodes];
        this.depths = new int[nodes];
    }

    void even() {
        boolean changed = true;
        while (changed) {
            changed = false;
            // From nodes that a search in vain has reached no search finds more: they are no busier than where it
            // began.
            BitSet closed = new BitSet();
            int busy = busiest(closed);
            while (busy != Leaderships.NOBODY) {
                BitSet reached = new BitSet();
                int idle = search(busy, reached);
                if (idle == Leaderships.NOBODY) {
                    closed.or(reached);
                } else {
                    handOver(busy, idle);
                    changed = true;
                }
                busy = busiest(closed);
            }
        }
    }

    /** What it would lose by giving one away, for its cores. */
    private double relief(int node) {
        double weight = leaderships.weight(node);
        return weight == 0 ? Double.MAX_VALUE : (2.0 * leaderships.count(node) - 1) / weight;
    }

    private double burden(int node) {
        double weight = leaderships.weight(node);
        return weight == 0 ? Double.MAX_VALUE : (2.0 * leaderships.count(node) + 1) / weight;
    }

    private int busiest(BitSet closed) {
        int busiest = Leaderships.NOBODY;
        for (int node = 0; node < nodes; node++) {
            if (!closed.get(node)
                    && leaderships.count(node) > 0
                    && (busiest == Leaderships.NOBODY || relief(node) > relief(busiest))) {
                busiest = node;
            }
        }
        return busiest;
    }

    /** The nearest node that may have one more, and of the nearest the idlest (breadth first). */
    private int search(int busy, BitSet reached) {
        Deque<Integer> queue = new ArrayDeque<>();
        Arrays.fill(depths, 0);
        reached.set(busy);
        queue.add(busy);
        int best = Leaderships.NOBODY;
        while (!queue.isEmpty()) {
            int node = queue.remove();
            if (best != Leaderships.NOBODY && depths[node] + 1 > depths[best]) {
                break;
            }
            best = reach(node, true, busy, best, reached, queue);
            best = reach(node, false, busy, best, reached, queue);
        }
        return best;
    }

    /** Goes over what a node leads: to the preferred leaders, or to the others. */
    private int reach(int node, boolean preferred, int busy, int bestBefore, BitSet reached, Deque<Integer> queue) {
        int best = bestBefore;
        for (int group : leaderships.ledBy(node)) {
            if (!leaderships.isMovable(group)) {
                continue;
            }
            int[] able = leaderships.able(group);
            for (int i = preferred ? 0 : 1; i < (preferred ? Math.min(1, able.length) : able.length); i++) {
                int to = able[i];
                if (!reached.get(to)) {
                    reached.set(to);
                    reachedBy[to] = group;
                    reachedFrom[to] = node;
                    depths[to] = depths[node] + 1;
                    queue.add(to);
                    if (burden(to) < relief(busy) && (best == Leaderships.NOBODY || burden(to) < burden(best))) {
                        best = to;
                    }
                }
            }
        }
        return best;
    }

    private void handOver(int busy, int idle) {
        int at = idle;
        while (at != busy) {
            leaderships.move(reachedBy[at], at);
            at = reachedFrom[at];
        }
    }
}

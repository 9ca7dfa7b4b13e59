package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which leaderships to move so that nodes lead about equally many groups. Moves as few as that takes: a move is made only where
 * it lessens a difference of two or more, so a balanced cluster is left alone, and two plans never move a group to and fro.
 */
public final class LeaderBalance {
    /**
     * A group.
     *
     * @param leader who leads it
     * @param able who could: members that are up and keep pace; the preferred one first. May lack the leader.
     * @param movable false: moved a moment ago, leave it where it is
     */
    public record Led(GroupId group, NodeId leader, List<NodeId> able, boolean movable) {
        public Led {
            able = List.copyOf(able);
        }
    }

    /** A leadership to hand over. */
    public record Move(GroupId group, NodeId from, NodeId to) {}

    private final Map<GroupId, Led> groups = new TreeMap<>();
    private final Map<GroupId, NodeId> leaders = new LinkedHashMap<>();
    private final Map<NodeId, Integer> load = new TreeMap<>();

    private LeaderBalance(Collection<Led> led) {
        led.stream().sorted(Comparator.comparing(Led::group)).forEach(group -> {
            groups.put(group.group(), group);
            leaders.put(group.group(), group.leader());
            load.merge(group.leader(), 1, Integer::sum);
            group.able().forEach(node -> load.putIfAbsent(node, 0));
        });
    }

    /** The moves that balance these groups. Each group is moved once at most. */
    public static List<Move> plan(Collection<Led> groups) {
        LeaderBalance balance = new LeaderBalance(groups);
        while (balance.improve()) {
            // Each round takes one from a node with at least two more than the one that gets one: the sum of squares
            // falls.
        }
        List<Move> moves = new ArrayList<>();
        balance.groups.forEach((id, group) -> {
            NodeId to = balance.leaderOf(id);
            if (!to.equals(group.leader())) {
                moves.add(new Move(id, group.leader(), to));
            }
        });
        return moves;
    }

    private NodeId leaderOf(GroupId group) {
        NodeId leader = leaders.get(group);
        if (leader == null) {
            throw new IllegalStateException("no such group: " + group);
        }
        return leader;
    }

    private int loadOf(NodeId node) {
        return load.getOrDefault(node, 0);
    }

    /** Finds a chain of moves from a busy node to one with at least two fewer, over others if need be, and makes them. */
    private boolean improve() {
        List<NodeId> busiestFirst = load.keySet().stream()
                .sorted(Comparator.comparingInt(this::loadOf).reversed().thenComparing(Comparator.naturalOrder()))
                .toList();
        for (NodeId busy : busiestFirst) {
            List<Move> chain = chainFrom(busy);
            if (!chain.isEmpty()) {
                chain.forEach(move -> leaders.put(move.group(), move.to()));
                load.merge(busy, -1, Integer::sum);
                load.merge(chain.getLast().to(), 1, Integer::sum);
                return true;
            }
        }
        return false;
    }

    /** The shortest such chain (breadth first), or none. Among equal lengths it ends at the idlest node. */
    private List<Move> chainFrom(NodeId busy) {
        Map<NodeId, Move> reachedBy = new HashMap<>();
        Map<NodeId, Integer> depth = new HashMap<>(Map.of(busy, 0));
        Set<NodeId> seen = new HashSet<>(Set.of(busy));
        Deque<NodeId> queue = new ArrayDeque<>(List.of(busy));
        NodeId best = null;
        while (!queue.isEmpty()) {
            NodeId node = queue.remove();
            int nextDepth = depth.getOrDefault(node, 0) + 1;
            if (best != null && nextDepth > depth.getOrDefault(best, 0)) {
                break;
            }
            for (Move move : movesFrom(node)) {
                if (seen.add(move.to())) {
                    reachedBy.put(move.to(), move);
                    depth.put(move.to(), nextDepth);
                    queue.add(move.to());
                    boolean lessens = loadOf(move.to()) + 2 <= loadOf(busy);
                    if (lessens && (best == null || loadOf(move.to()) < loadOf(best))) {
                        best = move.to();
                    }
                }
            }
        }
        List<Move> chain = new ArrayList<>();
        NodeId at = best;
        while (at != null && !at.equals(busy)) {
            Move move = reachedBy.get(at);
            if (move == null) {
                throw new IllegalStateException("chain is broken at " + at);
            }
            chain.addFirst(move);
            at = move.from();
        }
        return chain;
    }

    /** Moves of groups that the node leads; to the preferred leader first. */
    private List<Move> movesFrom(NodeId node) {
        List<Move> moves = new ArrayList<>();
        List<Move> others = new ArrayList<>();
        leaders.forEach((id, leader) -> {
            Led group = groups.get(id);
            if (!leader.equals(node) || group == null || !group.movable()) {
                return;
            }
            for (int i = 0; i < group.able().size(); i++) {
                NodeId to = group.able().get(i);
                if (!to.equals(node)) {
                    (i == 0 ? moves : others).add(new Move(id, node, to));
                }
            }
        });
        moves.addAll(others);
        return moves;
    }
}

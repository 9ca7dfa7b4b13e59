package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who leads what, as a planner hands leaderships about on paper: nodes and groups by number, and what each node leads, kept with every
 * move. Used by one thread.
 */
final class Leaderships {
    /** No such node. */
    static final int NOBODY = -1;

    final List<NodeModel> nodes;
    /** Groups that have a leader and are not resting. */
    final List<GroupModel> groups = new ArrayList<>();

    /** A node's cores if it is up and may lead, else 0. */
    private final double[] weights;

    private final int[] counts;
    private final double[] ops;
    private final int[] leaders;
    /** Who could lead each group, the preferred one first. */
    private final int[][] able;

    private final boolean[] movable;
    private final List<List<Integer>> ledBy = new ArrayList<>();

    Leaderships(ClusterModel model, PlanPolicy policy, Set<GroupId> resting) {
        this.nodes = List.copyOf(model.nodes().values());
        this.weights = new double[nodes.size()];
        this.counts = new int[nodes.size()];
        this.ops = new double[nodes.size()];
        Map<NodeId, Integer> numbers = new HashMap<>();
        for (int node = 0; node < nodes.size(); node++) {
            numbers.put(nodes.get(node).id(), node);
            weights[node] = nodes.get(node).takesLeaders() ? nodes.get(node).cores() : 0;
            ledBy.add(new ArrayList<>());
        }
        model.groups().values().stream()
                .filter(group -> !group.id().isPlacement())
                .filter(group -> group.leader().filter(numbers::containsKey).isPresent())
                .forEach(groups::add);
        this.leaders = new int[groups.size()];
        this.able = new int[groups.size()][];
        this.movable = new boolean[groups.size()];
        for (int group = 0; group < groups.size(); group++) {
            GroupModel it = groups.get(group);
            int leader =
                    it.leader().map(node -> numbers.getOrDefault(node, NOBODY)).orElse(NOBODY);
            movable[group] = !resting.contains(it.id());
            able[group] = it.replicas().stream()
                    .filter(replica -> numberOf(replica, numbers) == leader
                            || (keepsPace(replica, policy) && isSettled(numberOf(replica, numbers), policy)))
                    .mapToInt(replica -> numberOf(replica, numbers))
                    .filter(node -> node != NOBODY && weights[node] > 0)
                    .toArray();
            leaders[group] = leader;
            lead(leader, group, 1);
        }
    }

    private static int numberOf(ReplicaModel replica, Map<NodeId, Integer> numbers) {
        return numbers.getOrDefault(replica.node(), NOBODY);
    }

    /** One that has not been up for long gets no leaders, and keeps those that it has. */
    private boolean isSettled(int node, PlanPolicy policy) {
        return node != NOBODY && nodes.get(node).isUpFor(policy.settle());
    }

    private static boolean keepsPace(ReplicaModel replica, PlanPolicy policy) {
        return replica.isVoter() && replica.healthy() && replica.entriesBehind() <= policy.entriesBehindMax();
    }

    double weight(int node) {
        return weights[node];
    }

    int count(int node) {
        return counts[node];
    }

    /** Operations that it serves, for each core. */
    double load(int node) {
        return weights[node] == 0 ? 0 : ops[node] / weights[node];
    }

    double opsOf(int group) {
        return groups.get(group).opsPerSecond();
    }

    int leader(int group) {
        return leaders[group];
    }

    int[] able(int group) {
        return able[group];
    }

    boolean isAble(int node, int group) {
        return Arrays.stream(able[group]).anyMatch(other -> other == node);
    }

    boolean isMovable(int group) {
        return movable[group];
    }

    List<Integer> ledBy(int node) {
        return ledBy.get(node);
    }

    void move(int group, int to) {
        lead(leaders[group], group, -1);
        leaders[group] = to;
        lead(to, group, 1);
    }

    private void lead(int node, int group, int sign) {
        counts[node] += sign;
        ops[node] += sign * opsOf(group);
        if (sign > 0) {
            ledBy.get(node).add(group);
        } else {
            ledBy.get(node).remove(Integer.valueOf(group));
        }
    }

    /** Leaders a node has when all is even, for each of its cores. */
    double evenCount() {
        double weight = Arrays.stream(weights).sum();
        return weight == 0 ? 0 : groups.size() / weight;
    }

    /** Operations a node serves when all is even, for each of its cores. */
    double evenLoad() {
        double weight = Arrays.stream(weights).sum();
        return weight == 0 ? 0 : Arrays.stream(ops).sum() / weight;
    }

    /** The able node with the fewest leaders for its cores, the leader itself apart; or {@link #NOBODY}. */
    int idlestFor(int group) {
        int best = NOBODY;
        for (int node : able[group]) {
            if (node != leaders[group]
                    && (best == NOBODY || counts[node] / weights[node] < counts[best] / weights[best])) {
                best = node;
            }
        }
        return best;
    }
}

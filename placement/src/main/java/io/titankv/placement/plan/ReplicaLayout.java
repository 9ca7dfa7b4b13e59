package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which replicas stand where, as a planner moves them about on paper: nodes and groups by number, and how full each node is, kept with
 * every move. Nodes that may be given replicas stand in order of how full they are, zone by zone, so that a place is found without
 * looking at all of them. Used by one thread.
 */
final class ReplicaLayout {
    /** No such node. */
    static final int NOBODY = -1;

    /** What a replica weighs beside its bytes: its log, its files, its threads. So empty replicas are spread by number. */
    static final long REPLICA_BYTES = 64L << 20;

    /** Nodes alike of one zone that are looked at for a replica. */
    private static final int ALIKE_MAX = 64;

    final FailureDomains domains;
    final List<NodeModel> nodes;
    final List<GroupModel> groups;

    private final Map<NodeId, Integer> nodeNumbers = new HashMap<>();
    private final Map<GroupId, Integer> groupNumbers = new HashMap<>();
    private final double[] capacities;
    private final double[] weights;
    private final long[] freeBytes;
    private final int[] counts;
    private final boolean[] takes;
    private final int[][] members;
    private final List<List<Integer>> heldBy = new ArrayList<>();
    private final Map<Integer, NavigableSet<Integer>> emptiestOfZone = new TreeMap<>();
    private final NavigableSet<Integer> emptiest;

    ReplicaLayout(ClusterModel model, PlanPolicy policy) {
        this.nodes = List.copyOf(model.nodes().values());
        this.groups = List.copyOf(model.groups().values());
        this.domains = new FailureDomains(nodes);
        int count = nodes.size();
        this.capacities = new double[count];
        this.weights = new double[count];
        this.freeBytes = new long[count];
        this.counts = new int[count];
        this.takes = new boolean[count];
        this.members = new int[groups.size()][];
        Comparator<Integer> byFullness =
                Comparator.<Integer>comparingDouble(this::fullness).thenComparing(Comparator.naturalOrder());
        this.emptiest = new TreeSet<>(byFullness);
        fillNodes(policy);
        fillGroups();
        for (int node = 0; node < count; node++) {
            if (takes[node]) {
                emptiest.add(node);
                emptiestOfZone
                        .computeIfAbsent(domains.zoneOf(node), ignored -> new TreeSet<>(byFullness))
                        .add(node);
            }
        }
    }

    private void fillNodes(PlanPolicy policy) {
        double knownMean = nodes.stream()
                .filter(node -> node.diskBytes() > 0)
                .mapToLong(NodeModel::diskBytes)
                .average()
                .orElse(1);
        for (int node = 0; node < nodes.size(); node++) {
            NodeModel model = nodes.get(node);
            nodeNumbers.put(model.id(), node);
            capacities[node] = model.diskBytes() > 0 ? model.diskBytes() : knownMean;
            takes[node] = model.takesReplicas() && !model.isLeaving(policy.healAfter());
            long reserved = Math.round(model.diskBytes() * (1 - policy.diskFullMax()));
            freeBytes[node] = model.diskBytes() > 0 ? model.freeBytes() - reserved : Long.MAX_VALUE / 2;
            heldBy.add(new ArrayList<>());
        }
    }

    private void fillGroups() {
        for (int group = 0; group < groups.size(); group++) {
            GroupModel model = groups.get(group);
            groupNumbers.put(model.id(), group);
            members[group] = model.replicas().stream()
                    .mapToInt(replica -> nodeOf(replica.node()))
                    .filter(node -> node != NOBODY)
                    .toArray();
            for (int node : members[group]) {
                weights[node] += weight(group);
                counts[node] += countOf(group);
                heldBy.get(node).add(group);
            }
        }
    }

    int nodeOf(NodeId id) {
        return nodeNumbers.getOrDefault(id, NOBODY);
    }

    int groupOf(GroupId id) {
        Integer group = groupNumbers.get(id);
        if (group == null) {
            throw new IllegalArgumentException("there is no group " + id);
        }
        return group;
    }

    NodeId id(int node) {
        return nodes.get(node).id();
    }

    double weight(int group) {
        return (double) groups.get(group).bytes() + REPLICA_BYTES * countOf(group);
    }

    /** Placement's own is small, and stands where it was founded: nothing else is moved for it. */
    private int countOf(int group) {
        return groups.get(group).id().isPlacement() ? 0 : 1;
    }

    double fullness(int node) {
        return weights[node] / capacities[node];
    }

    double capacity(int node) {
        return capacities[node];
    }

    int replicasOn(int node) {
        return counts[node];
    }

    int[] members(int group) {
        return members[group];
    }

    boolean holds(int node, int group) {
        for (int member : members[group]) {
            if (member == node) {
                return true;
            }
        }
        return false;
    }

    List<Integer> groupsOn(int node) {
        return heldBy.get(node);
    }

    /** Nodes that may be given replicas, the emptiest first. */
    NavigableSet<Integer> emptiest() {
        return emptiest;
    }

    Map<Integer, NavigableSet<Integer>> emptiestOfZone() {
        return emptiestOfZone;
    }

    boolean takes(int node) {
        return takes[node];
    }

    boolean hasRoom(int node, int group) {
        return groups.get(group).bytes() <= freeBytes[node];
    }

    /** The mean fullness of the nodes that may be given replicas: what each has when all is even. */
    double meanFullness() {
        double weight = 0;
        double capacity = 0;
        for (int node : emptiest) {
            weight += weights[node];
            capacity += capacities[node];
        }
        return capacity == 0 ? 0 : weight / capacity;
    }

    /** How much a member shares its failure domains with the other members. */
    int shared(int member, int group) {
        return domains.shared(member, members[group], members[group].length, NOBODY);
    }

    /**
     * The best node for one more replica of a group beside its members: the one that shares least with them, and of those the emptiest,
     * and of those one by lot.
     *
     * @param leaving a member that goes for it and so does not count, or {@link #NOBODY}
     */
    int place(int group, int leaving) {
        int best = NOBODY;
        int bestShared = Integer.MAX_VALUE;
        int[] others = members[group];
        for (Map.Entry<Integer, NavigableSet<Integer>> zone : emptiestOfZone.entrySet()) {
            int least = domains.sharedInZone(zone.getKey(), others, others.length, leaving);
            if (least > bestShared) {
                continue;
            }
            int alike = 0;
            for (int node : zone.getValue()) {
                boolean isFuller = best != NOBODY && bestShared == least && fullness(node) > fullness(best);
                if (isFuller || alike == ALIKE_MAX) {
                    break; // the rest of the zone shares no less and is fuller
                }
                if (holds(node, group) || !hasRoom(node, group)) {
                    continue;
                }
                int shared = domains.shared(node, others, others.length, leaving);
                alike += shared == least ? 1 : 0;
                if (shared < bestShared || (shared == bestShared && isBetter(node, best, group))) {
                    best = node;
                    bestShared = shared;
                }
            }
        }
        return best;
    }

    private boolean isBetter(int node, int than, int group) {
        int byFullness = Double.compare(fullness(node), fullness(than));
        return byFullness < 0 || (byFullness == 0 && lot(node, group) < lot(than, group));
    }

    /** Draws lots between equal nodes, the same each time: nodes then share groups with many others, who all help to heal them. */
    private static long lot(int node, int group) {
        long mixed = ((long) group << Integer.SIZE | node) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 32) * 0xD6E8FEB86659FD93L;
        return mixed ^ mixed >>> 32;
    }

    void add(int group, int node) {
        int[] before = members[group];
        members[group] = Arrays.copyOf(before, before.length + 1);
        members[group][before.length] = node;
        heldBy.get(node).add(group);
        change(node, group, 1);
    }

    void remove(int group, int node) {
        members[group] =
                Arrays.stream(members[group]).filter(member -> member != node).toArray();
        heldBy.get(node).remove(Integer.valueOf(group));
        change(node, group, -1);
    }

    void move(int group, int from, int to) {
        remove(group, from);
        add(group, to);
    }

    private void change(int node, int group, int sign) {
        NavigableSet<Integer> zone = takes[node] ? emptiestOfZone.get(domains.zoneOf(node)) : null;
        if (zone != null) {
            zone.remove(node);
            emptiest.remove(node);
        }
        weights[node] += sign * weight(group);
        counts[node] += sign * countOf(group);
        freeBytes[node] -= sign * groups.get(group).bytes();
        if (zone != null) {
            zone.add(node);
            emptiest.add(node);
        }
    }
}

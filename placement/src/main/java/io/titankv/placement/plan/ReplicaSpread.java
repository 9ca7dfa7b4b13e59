package io.titankv.placement.plan;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the replicas of new groups go: no two in one failure domain (label {@code zone}, then {@code rack}, then {@code host}) where
 * the nodes allow it, and else so that nodes are as evenly full as can be. The first node of a group is the one preferred as its
 * leader; those are even too.
 */
public final class ReplicaSpread {
    private ReplicaSpread() {}

    /**
     * Spreads the groups of a first ring.
     *
     * @param replicasWanted replicas of each group; fewer when there are fewer nodes
     */
    public static SortedMap<GroupId, List<NodeId>> spread(
            Collection<GroupId> groups, Collection<NodeModel> nodes, int replicasWanted) {
        if (nodes.isEmpty() || replicasWanted < 1) {
            throw new IllegalArgumentException("replicas need nodes: " + replicasWanted + " on " + nodes.size());
        }
        List<GroupModel> empty = groups.stream()
                .map(group -> new GroupModel(group, replicasWanted, List.of(), Optional.empty(), 0, 0))
                .toList();
        return spread(ClusterModel.of(Epoch.NONE, nodes, empty, List.of()), PlanPolicy.DEFAULT, groups, replicasWanted);
    }

    /** Spreads groups of the model that have no replicas yet, beside those that have. */
    static SortedMap<GroupId, List<NodeId>> spread(
            ClusterModel model, PlanPolicy policy, Collection<GroupId> groups, int replicasWanted) {
        ReplicaLayout layout = new ReplicaLayout(model, policy);
        Map<NodeId, Integer> preferred = new HashMap<>();
        model.groups()
                .values()
                .forEach(group -> group.members().stream()
                        .findFirst()
                        .ifPresent(first -> preferred.merge(first, 1, Integer::sum)));
        SortedMap<GroupId, List<NodeId>> spread = new TreeMap<>();
        groups.stream().sorted().forEach(id -> {
            int group = layout.groupOf(id);
            int node = layout.place(group, ReplicaLayout.NOBODY);
            while (layout.members(group).length < replicasWanted && node != ReplicaLayout.NOBODY) {
                layout.add(group, node);
                node = layout.place(group, ReplicaLayout.NOBODY);
            }
            spread.put(id, preferredFirst(layout, group, preferred));
        });
        return spread;
    }

    private static List<NodeId> preferredFirst(ReplicaLayout layout, int group, Map<NodeId, Integer> preferred) {
        List<NodeId> members = new ArrayList<>();
        for (int node : layout.members(group)) {
            members.add(layout.id(node));
        }
        members.sort(Comparator.<NodeId>comparingInt(node -> preferred.getOrDefault(node, 0))
                .thenComparing(Comparator.naturalOrder()));
        if (!members.isEmpty()) {
            preferred.merge(members.getFirst(), 1, Integer::sum);
            members.subList(1, members.size()).sort(Comparator.naturalOrder());
        }
        return List.copyOf(members);
    }
}

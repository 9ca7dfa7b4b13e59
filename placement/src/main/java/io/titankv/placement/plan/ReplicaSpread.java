package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which nodes hold each group: no two replicas in one failure domain (label {@code zone}, then {@code rack}, then {@code host})
 * where the nodes allow it, and else as even as can be. The first node of a group is the one preferred as its leader; those are
 * even too.
 */
public final class ReplicaSpread {
    /** The labels that name failure domains, widest first. */
    static final List<String> DOMAINS = List.of("zone", "rack", "host");

    /** A node that may hold replicas. */
    public record Candidate(NodeId id, Map<String, String> labels) {
        public Candidate {
            labels = Map.copyOf(labels);
        }
    }

    private final List<Candidate> nodes;
    private final Map<NodeId, Integer> replicas = new HashMap<>();
    private final Map<NodeId, Integer> leaders = new HashMap<>();

    private ReplicaSpread(Collection<Candidate> nodes) {
        this.nodes = nodes.stream().sorted(Comparator.comparing(Candidate::id)).toList();
    }

    /**
     * Spreads the groups.
     *
     * @param replicasWanted replicas of each group; fewer when there are fewer nodes
     */
    public static SortedMap<GroupId, List<NodeId>> spread(
            Collection<GroupId> groups, Collection<Candidate> nodes, int replicasWanted) {
        if (nodes.isEmpty() || replicasWanted < 1) {
            throw new IllegalArgumentException("replicas need nodes: " + replicasWanted + " on " + nodes.size());
        }
        ReplicaSpread spread = new ReplicaSpread(nodes);
        SortedMap<GroupId, List<NodeId>> plan = new TreeMap<>();
        groups.stream()
                .sorted()
                .forEach(group -> plan.put(group, spread.place(Math.min(replicasWanted, nodes.size()))));
        return plan;
    }

    private List<NodeId> place(int count) {
        List<Candidate> chosen = new ArrayList<>();
        while (chosen.size() < count) {
            Candidate next = nodes.stream()
                    .filter(node -> !chosen.contains(node))
                    .min(Comparator.<Candidate>comparingInt(node -> sharing(node, chosen, "zone"))
                            .thenComparingInt(node -> sharing(node, chosen, "rack"))
                            .thenComparingInt(node -> sharing(node, chosen, "host"))
                            .thenComparingInt(node -> replicas.getOrDefault(node.id(), 0))
                            .thenComparingInt(node -> leaders.getOrDefault(node.id(), 0))
                            .thenComparing(Candidate::id))
                    .orElseThrow();
            chosen.add(next);
        }
        chosen.forEach(node -> replicas.merge(node.id(), 1, Integer::sum));
        List<NodeId> members =
                new ArrayList<>(chosen.stream().map(Candidate::id).sorted().toList());
        NodeId preferred = members.stream()
                .min(Comparator.<NodeId>comparingInt(node -> leaders.getOrDefault(node, 0))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
        leaders.merge(preferred, 1, Integer::sum);
        members.remove(preferred);
        members.addFirst(preferred);
        return List.copyOf(members);
    }

    /** How many of the chosen stand in the node's domain. A node without the label shares it with none. */
    private static int sharing(Candidate node, List<Candidate> chosen, String domain) {
        String name = domainOf(node, domain);
        return name.isEmpty()
                ? 0
                : (int) chosen.stream()
                        .filter(other -> domainOf(other, domain).equals(name))
                        .count();
    }

    /** A rack is a rack of its zone, a host one of its rack: equal names elsewhere are other things. */
    private static String domainOf(Candidate node, String domain) {
        if (!node.labels().containsKey(domain)) {
            return "";
        }
        StringBuilder name = new StringBuilder();
        for (String wider : DOMAINS) {
            name.append(node.labels().getOrDefault(wider, "")).append('\n');
            if (wider.equals(domain)) {
                break;
            }
        }
        return name.toString();
    }
}

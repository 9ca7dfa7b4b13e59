package io.titankv.placement.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * In which zone, rack and host each node stands, as small numbers. A rack is a rack of its zone, a host one of its rack: equal names
 * elsewhere are other things. A node without a label shares that domain with none. Immutable once made.
 */
final class FailureDomains {
    /** The labels that name failure domains, widest first. */
    static final List<String> LABELS = List.of("zone", "rack", "host");

    /** Of a node that is without the label. */
    static final int NONE = -1;

    private final int[] zones;
    private final int[] racks;
    private final int[] hosts;

    FailureDomains(List<NodeModel> nodes) {
        this.zones = numbers(nodes, 0);
        this.racks = numbers(nodes, 1);
        this.hosts = numbers(nodes, 2);
    }

    private static int[] numbers(List<NodeModel> nodes, int level) {
        Map<List<String>, Integer> known = new HashMap<>();
        int[] numbers = new int[nodes.size()];
        for (int node = 0; node < numbers.length; node++) {
            Map<String, String> labels = nodes.get(node).labels();
            if (labels.containsKey(LABELS.get(level))) {
                List<String> name = LABELS.subList(0, level + 1).stream()
                        .map(label -> labels.getOrDefault(label, ""))
                        .toList();
                numbers[node] = known.computeIfAbsent(name, ignored -> known.size());
            } else {
                numbers[node] = NONE;
            }
        }
        return numbers;
    }

    int zoneOf(int node) {
        return zones[node];
    }

    /**
     * How much a node shares with others: the number of others in its zone, then in its rack, then on its host, as one number that
     * orders so. 0: nothing.
     *
     * @param without one of the others that is not counted, or {@link #NONE}
     */
    int shared(int node, int[] others, int count, int without) {
        int inZone = 0;
        int inRack = 0;
        int onHost = 0;
        for (int i = 0; i < count; i++) {
            int other = others[i];
            if (other == without || other == node) {
                continue;
            }
            inZone += same(zones, node, other);
            inRack += same(racks, node, other);
            onHost += same(hosts, node, other);
        }
        return sharing(inZone, inRack, onHost);
    }

    /** The part of {@link #shared} that the zone alone makes: less is impossible for any node of it. */
    int sharedInZone(int zone, int[] others, int count, int without) {
        int inZone = 0;
        for (int i = 0; i < count; i++) {
            inZone += zone != NONE && others[i] != without && zones[others[i]] == zone ? 1 : 0;
        }
        return sharing(inZone, 0, 0);
    }

    /** A group has few replicas, so ten bits for each are plenty. */
    private static int sharing(int inZone, int inRack, int onHost) {
        return inZone << 20 | inRack << 10 | onHost;
    }

    private static int same(int[] domain, int one, int other) {
        return domain[one] != NONE && domain[one] == domain[other] ? 1 : 0;
    }

    /** The widest domain that is shared, by name; empty when nothing is. */
    static String widestOf(int shared) {
        if (shared == 0) {
            return "";
        }
        return LABELS.get(shared >> 20 != 0 ? 0 : (shared >> 10 & 0x3ff) != 0 ? 1 : 2);
    }
}

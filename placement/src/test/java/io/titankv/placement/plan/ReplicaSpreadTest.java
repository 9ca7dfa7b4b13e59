package io.titankv.placement.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReplicaSpreadTest {
    @ParameterizedTest
    @CsvSource({"3,12,3", "5,20,3", "4,7,3", "7,30,5", "1,4,1", "6,1,3"})
    void replicasAndPreferredLeadersAreEven(int nodes, int groups, int replicas) {
        var plan = ReplicaSpread.spread(groups(groups), unlabelled(nodes), replicas);

        Map<NodeId, Integer> held = new HashMap<>();
        Map<NodeId, Integer> led = new HashMap<>();
        plan.values().forEach(members -> {
            assertThat(members).hasSize(replicas).doesNotHaveDuplicates();
            members.forEach(node -> held.merge(node, 1, Integer::sum));
            led.merge(members.getFirst(), 1, Integer::sum);
        });
        assertThat(spreadOf(held, nodes)).isLessThanOrEqualTo(1);
        assertThat(spreadOf(led, nodes)).isLessThanOrEqualTo(replicas == nodes ? 1 : 2);
    }

    @Test
    void thereAreFewerReplicasThanWantedOnFewNodes() {
        assertThat(ReplicaSpread.spread(groups(3), unlabelled(2), 3).values()).allMatch(members -> members.size() == 2);
    }

    @Test
    void noTwoReplicasStandInOneZoneWhereThereAreZonesEnough() {
        List<NodeModel> nodes = new ArrayList<>();
        for (int i = 1; i <= 9; i++) {
            nodes.add(node(i, Map.of("zone", "z" + i % 3, "host", "h" + i)));
        }
        ReplicaSpread.spread(groups(30), nodes, 3)
                .values()
                .forEach(members -> assertThat(domains(nodes, members, "zone")).hasSize(3));
    }

    @Test
    void anUnevenZoneStillGetsOneOfEachGroup() {
        // One node of zone c and four of each other: it must hold a replica of every group.
        List<NodeModel> nodes = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            nodes.add(node(i, Map.of("zone", "a")));
            nodes.add(node(i + 4, Map.of("zone", "b")));
        }
        nodes.add(node(9, Map.of("zone", "c")));
        ReplicaSpread.spread(groups(20), nodes, 3)
                .values()
                .forEach(members -> assertThat(domains(nodes, members, "zone")).hasSize(3));
    }

    @Test
    void withinTooFewZonesRacksAreKeptApartAndThenHosts() {
        List<NodeModel> nodes = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            nodes.add(node(i, Map.of("zone", "only", "rack", "r" + i % 2, "host", "h" + i % 3)));
        }
        ReplicaSpread.spread(groups(10), nodes, 2)
                .values()
                .forEach(members -> assertThat(domains(nodes, members, "rack")).hasSize(2));
        ReplicaSpread.spread(groups(10), nodes, 3)
                .values()
                .forEach(members -> assertThat(domains(nodes, members, "rack")).hasSize(2));
    }

    @Test
    void racksOfOneNameInTwoZonesAreTwoRacks() {
        List<NodeModel> nodes = List.of(
                node(1, Map.of("zone", "a", "rack", "r1")),
                node(2, Map.of("zone", "a", "rack", "r2")),
                node(3, Map.of("zone", "b", "rack", "r1")));
        ReplicaSpread.spread(groups(4), nodes, 2)
                .values()
                .forEach(members -> assertThat(members).contains(new NodeId("n3")));
    }

    @Test
    void aNodeWithTwiceTheDiskHoldsTwiceAsMany() {
        List<NodeModel> nodes = new ArrayList<>(unlabelled(5));
        nodes.add(Clusters.withDisk(node(6, Map.of()), 2 * Clusters.DISK_BYTES));
        long held = ReplicaSpread.spread(groups(70), nodes, 1).values().stream()
                .filter(members -> members.contains(new NodeId("n6")))
                .count();
        assertThat(held).isEqualTo(20);
    }

    @Test
    void theOrderOfTheNodesDoesNotMatter() {
        List<NodeModel> nodes = unlabelled(5);
        assertThat(ReplicaSpread.spread(groups(9), nodes.reversed(), 3))
                .isEqualTo(ReplicaSpread.spread(groups(9), nodes, 3));
    }

    private static int spreadOf(Map<NodeId, Integer> counts, int nodes) {
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        int least = counts.size() < nodes
                ? 0
                : counts.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        return most - least;
    }

    private static Set<String> domains(List<NodeModel> nodes, List<NodeId> members, String label) {
        Set<String> domains = new HashSet<>();
        nodes.stream()
                .filter(node -> members.contains(node.id()))
                .forEach(node -> domains.add(node.labels().getOrDefault(label, "")));
        return domains;
    }

    private static List<GroupId> groups(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(GroupId::new).toList();
    }

    private static List<NodeModel> unlabelled(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> node(i, Map.of())).toList();
    }

    private static NodeModel node(int number, Map<String, String> labels) {
        return Clusters.node("n" + number, labels);
    }
}

package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.model.Epoch;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.Settings;
import io.titankv.proto.admin.v1.NodeState;
import io.titankv.proto.internal.v1.ClusterView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole nodes on a simulated Raft, with a clock that the test moves. */
final class PlacementNodeTest {
    private static final Duration A_WHILE = Duration.ofSeconds(30);

    @TempDir
    private Path directory = Path.of("unset");

    private SimCluster cluster = new SimCluster(directory);

    @BeforeEach
    void begin() {
        cluster = new SimCluster(directory);
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    @Test
    void threeNodesFormAClusterThatServesWithBalancedLeaders() {
        cluster.startInitial("n1", "n2", "n3");
        cluster.run(A_WHILE);

        assertServes(3, 6);
        assertThat(leadersPerNode().values()).containsOnly(2);
        assertThat(view("n3").getAwaitedNodeIdsList()).isEmpty();
        assertThat(view("n3").getPlacementVotersList()).containsExactly("n1", "n2", "n3");
    }

    @Test
    void oneNodeIsACluster() {
        cluster.settings = new Settings(0, 1, 1 << 20);
        cluster.start("n1", true, List.of());
        cluster.run(A_WHILE);
        // Two shards for each of its two cores.
        assertServes(1, 4);
    }

    @Test
    void sevenNodesHaveFivePlacementVoters() {
        cluster.startInitial("n1", "n2", "n3", "n4", "n5", "n6", "n7");
        cluster.run(A_WHILE);
        assertServes(7, 6);
        assertThat(view("n7").getPlacementVotersList()).containsExactly("n1", "n2", "n3", "n4", "n5");
    }

    @Test
    void nothingIsFoundedBeforeAllInitialNodesAreHeard() {
        List<String> all = List.of("n1", "n2", "n3");
        cluster.start("n1", true, all);
        cluster.start("n2", false, all);
        cluster.run(A_WHILE);
        assertThat(cluster.node("n1").placement.clusterId()).isEmpty();

        cluster.start("n3", false, all);
        cluster.run(A_WHILE);
        assertServes(3, 6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1", "n2", "n3"})
    void aCrashAtAnyWriteOfAnyNodeIsMadeGoodByARestart(String victim) {
        List<String> all = List.of("n1", "n2", "n3");
        int write = 0;
        boolean crashed = true;
        while (crashed) {
            crashed = false;
            for (boolean afterTheWrite : new boolean[] {false, true}) {
                cluster.close();
                cluster = new SimCluster(directory.resolve(victim + "-" + write + "-" + afterTheWrite));
                SimFiles files = SimFiles.crashingAt(write, afterTheWrite);
                try {
                    for (String name : all) {
                        cluster.start(
                                name, name, name.equals("n1"), all, name.equals(victim) ? files : SimFiles.healthy());
                    }
                } catch (RuntimeException e) {
                    // Died at the very first write: the others are started without it.
                    assertThat(files.hasCrashed()).isTrue();
                    for (String name : all) {
                        if (!cluster.nodes.containsKey(name) && !name.equals(victim)) {
                            cluster.start(name, name.equals("n1"), all);
                        }
                    }
                }
                for (int i = 0; i < 40 && !files.hasCrashed(); i++) {
                    cluster.run(SimCluster.TICK);
                }
                if (files.hasCrashed()) {
                    crashed = true;
                    Optional.ofNullable(cluster.nodes.get(victim)).ifPresent(SimCluster.SimNode::kill);
                    cluster.run(Duration.ofSeconds(2));
                    cluster.start(victim, victim.equals("n1"), all);
                }
                cluster.run(A_WHILE);
                assertServes(3, 6);
            }
            write++;
        }
        assertThat(write)
                .as("writes of " + victim + " at which it was made to crash")
                .isGreaterThan(3);
    }

    @Test
    void startingTheBootstrapNodeAgainJustRestartsIt() {
        cluster.startInitial("n1", "n2", "n3");
        cluster.run(A_WHILE);
        Optional<String> id = cluster.node("n1").placement.clusterId();
        cluster.node("n1").kill();
        cluster.start("n1", true, List.of("n1", "n2", "n3"));
        cluster.run(A_WHILE);
        assertThat(cluster.node("n1").placement.clusterId()).isEqualTo(id);
        assertServes(3, 6);
    }

    @Test
    void aNodeThatComesLaterJoinsAndKnowsTheRoutes() {
        cluster.startInitial("n1", "n2", "n3");
        cluster.run(A_WHILE);
        cluster.start("n4", false, List.of("n2"));
        cluster.run(A_WHILE);
        assertServes(4, 6);
        assertThat(view("n1").getNodesList()).anyMatch(node -> node.getNodeId().equals("n4"));
        // And again, from its own directory alone.
        cluster.node("n4").kill();
        cluster.start("n4", false, List.of());
        assertThat(map("n4").isEmpty()).as("routes kept from before").isFalse();
        cluster.run(A_WHILE);
        assertServes(4, 6);
    }

    @Test
    void anotherPlacementLeaderGoesOnAndRoutesStayInOrder() {
        cluster.startInitial("n1", "n2", "n3");
        cluster.run(A_WHILE);
        ShardMap before = map("n3");
        NodeId old = Optional.ofNullable(cluster.raft.leader()).orElseThrow();
        cluster.node(old.value()).kill();
        cluster.run(A_WHILE);

        NodeId next = Optional.ofNullable(cluster.raft.leader()).orElseThrow();
        assertThat(next).isNotEqualTo(old);
        assertThat(map("n3").isNewerThan(before)).isTrue();
        assertThat(map("n3").epoch()).isEqualTo(before.epoch());
        assertThat(view("n3").getPlacementLeaderNodeId()).isEqualTo(next.value());
        assertThat(stateOf("n3", old.value())).isEqualTo(NodeState.NODE_STATE_SUSPECT);
        assertThat(map("n3").shards()).allMatch(shard -> !shard.leader().equals(Optional.of(old)));

        cluster.run(Duration.ofSeconds(60));
        assertThat(stateOf("n3", old.value())).isEqualTo(NodeState.NODE_STATE_DEAD);
    }

    @Test
    void aNodeThatWasAwayGetsLeadershipsBackAndThenAllRests() {
        cluster.startInitial("n1", "n2", "n3");
        cluster.run(A_WHILE);
        cluster.node("n3").kill();
        cluster.run(A_WHILE);
        assertThat(leadersPerNode()).containsOnlyKeys("n1", "n2");

        cluster.start("n3", false, List.of("n1", "n2", "n3"));
        cluster.run(A_WHILE);
        assertThat(leadersPerNode().values()).containsOnly(2);
        int transfers = cluster.transfers;
        cluster.run(A_WHILE);
        assertThat(cluster.transfers).as("a balanced cluster is left alone").isEqualTo(transfers);
    }

    @Test
    void theWholeClusterRestartsFromItsDirectories() {
        cluster.startInitial("n1", "n2", "n3");
        cluster.run(A_WHILE);
        ShardMap before = map("n1");
        cluster.raft.snapshot();
        for (String name : List.of("n1", "n2", "n3")) {
            cluster.node(name).kill();
        }
        cluster.startInitial("n1", "n2", "n3");
        assertThat(map("n2").ranges()).as("routes before placement is there").isEqualTo(before.ranges());
        cluster.run(A_WHILE);
        assertServes(3, 6);
        assertThat(map("n1").isNewerThan(before)).isTrue();
    }

    @Test
    void aNodeIdOfAnotherDataDirectoryIsRefused() {
        cluster.startInitial("n1", "n2", "n3");
        cluster.run(A_WHILE);
        cluster.node("n2").kill();
        SimCluster.SimNode impostor = cluster.start("n2", "n2-wiped", false, List.of("n1"), SimFiles.healthy());
        cluster.run(A_WHILE);
        assertThat(impostor.placement.formed()).isCompletedExceptionally();
        assertThat(impostor.placement.fault())
                .hasValueSatisfying(
                        fault -> assertThat(fault).contains("node id n2 is already used by another data directory"));
    }

    @Test
    void aLaterNodeWithAnIdInUseIsRefusedByPlacement() {
        cluster.startInitial("n1", "n2", "n3");
        cluster.start("n4", false, List.of("n1"));
        cluster.run(A_WHILE);
        cluster.node("n4").kill();
        SimCluster.SimNode impostor = cluster.start("n4", "n4-wiped", false, List.of("n1"), SimFiles.healthy());
        cluster.run(A_WHILE);
        assertThat(impostor.placement.fault())
                .hasValueSatisfying(
                        fault -> assertThat(fault).contains("node id n4 is already used by another data directory"));
        assertThat(impostor.placement.clusterId()).isEmpty();
    }

    @Test
    void aDirectoryOfAnotherNodeIsRefused() {
        cluster.startInitial("n1", "n2", "n3");
        assertThatThrownBy(() -> cluster.start("n9", "n2", false, List.of("n1"), SimFiles.healthy()))
                .isInstanceOf(FormationRefusedException.class)
                .hasMessageContaining("belongs to node n2, not n9");
    }

    @Test
    void twoBootstrapNodesAreRefused() {
        List<String> all = List.of("n1", "n2");
        cluster.start("n1", true, all);
        cluster.start("n2", true, all);
        cluster.run(A_WHILE);
        assertThat(cluster.node("n1").placement.fault())
                .hasValueSatisfying(fault -> assertThat(fault).contains("--bootstrap too"));
        assertThat(cluster.node("n1").placement.clusterId()).isEmpty();
        assertThat(cluster.node("n2").placement.clusterId()).isEmpty();
    }

    @Test
    void foundingAroundANodeOfAnotherClusterIsRefused() {
        cluster.startInitial("n1", "n2", "n3");
        cluster.run(A_WHILE);
        cluster.start("n5", true, List.of("n5", "n1"));
        cluster.run(A_WHILE);
        assertThat(cluster.node("n5").placement.fault())
                .hasValueSatisfying(fault ->
                        assertThat(fault).contains("belongs to cluster").contains("without --bootstrap"));
    }

    @Test
    void aNodeWithoutAWayToAClusterIsRefused() {
        assertThatThrownBy(() -> cluster.start("n1", false, List.of()))
                .isInstanceOf(FormationRefusedException.class)
                .hasMessageContaining("--join");
    }

    @Test
    void aLostPlacementReplicaIsNotMadeAfresh() {
        cluster.startInitial("n1", "n2", "n3");
        cluster.run(A_WHILE);
        cluster.node("n2").kill();
        cluster.placementLogs.removeIf(log -> log.endsWith("n2"));
        cluster.start("n2", false, List.of("n1", "n2", "n3"));
        cluster.run(A_WHILE);
        assertThat(cluster.node("n2").placement.fault())
                .hasValueSatisfying(fault -> assertThat(fault).contains("placement replica of node n2 is gone"));
    }

    /** All nodes are of one cluster, know one complete map, and every shard has all replicas, ranges and a leader. */
    private void assertServes(int nodes, int shards) {
        assertThat(cluster.upNodes()).hasSize(nodes);
        Set<Optional<String>> ids = cluster.upNodes().stream()
                .map(node -> node.placement.clusterId())
                .collect(Collectors.toSet());
        assertThat(ids).hasSize(1).doesNotContain(Optional.empty());
        for (SimCluster.SimNode node : cluster.upNodes()) {
            assertThat(node.placement.fault()).isEmpty();
            assertThat(node.placement.formed()).isCompleted();
            ShardMap map = node.placement.map();
            assertThat(map.shards()).hasSize(shards);
            assertThat(map.epoch()).isEqualTo(new Epoch(1));
            assertThat(map.nodes()).hasSize(nodes);
            map.shards().forEach(shard -> {
                SimShard real =
                        Optional.ofNullable(cluster.shards.get(shard.id())).orElseThrow();
                assertThat(shard.leader()).isEqualTo(Optional.ofNullable(real.leader));
                assertThat(real.replicas).containsExactlyInAnyOrderElementsOf(shard.replicas());
                assertThat(real.owns.ranges)
                        .isEqualTo(map.ranges().stream()
                                .filter(entry -> entry.owner().equals(shard.id()))
                                .map(ShardMap.RangeEntry::range)
                                .toList());
            });
        }
        NodeId leader = Optional.ofNullable(cluster.raft.leader()).orElseThrow();
        assertThat(cluster.node(leader.value()).placement.state().groups().values())
                .allMatch(group -> group.state() == GroupRecord.State.SERVING);
    }

    private Map<String, Integer> leadersPerNode() {
        Map<String, Integer> leaders = new HashMap<>();
        cluster.shards.values().forEach(shard -> leaders.merge(String.valueOf(shard.leader), 1, Integer::sum));
        return leaders;
    }

    private ShardMap map(String node) {
        return cluster.node(node).placement.map();
    }

    private ClusterView view(String node) {
        return cluster.node(node).placement.view().orElseThrow();
    }

    private NodeState stateOf(String asked, String node) {
        return view(asked).getNodesList().stream()
                .filter(info -> info.getNodeId().equals(node))
                .findFirst()
                .orElseThrow()
                .getState();
    }
}

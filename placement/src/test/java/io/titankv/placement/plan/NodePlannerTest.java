package io.titankv.placement.plan;

import static io.titankv.placement.plan.Clusters.REASON;
import static io.titankv.placement.plan.Clusters.founded;
import static io.titankv.placement.plan.Clusters.id;
import static io.titankv.placement.plan.Clusters.nodes;
import static io.titankv.placement.plan.Clusters.plan;
import static io.titankv.placement.plan.Clusters.refused;
import static io.titankv.placement.plan.Clusters.shard;
import static io.titankv.placement.plan.Clusters.without;
import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.plan.PlanRefused.Cause;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class NodePlannerTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final ClusterModel five = founded(nodes(1, 5, 0), 10, 3);

    private static NodePlanner planner(ClusterModel model) {
        return new NodePlanner(model, PlanPolicy.DEFAULT);
    }

    private static ClusterModel carriedOut(ClusterModel model, Decision decision) {
        return new Driver(model, PlanPolicy.DEFAULT).carryOut(plan(decision)).model;
    }

    @Test
    void aDrainedNodeLeadsNothingAndKeepsItsReplicas() {
        ClusterModel after = carriedOut(five, planner(five).drain(id(2), REASON));
        assertThat(after.groups().values()).noneMatch(group -> group.leader().equals(Optional.of(id(2))));
        assertThat(after.groups().values().stream()
                        .filter(group -> group.hasReplicaOn(id(2)))
                        .count())
                .isEqualTo(five.groups().values().stream()
                        .filter(group -> group.hasReplicaOn(id(2)))
                        .count());
        assertThat(new LeaderPlanner(after, PlanPolicy.DEFAULT).moves(Set.of()))
                .noneMatch(move -> move.to().equals(id(2)));
    }

    @Test
    void aGroupThatOnlyTheDrainedNodeCanLeadIsNamed() {
        ClusterModel lone = founded(nodes(1, 2, 0), 2, 1);
        Plan plan = plan(planner(lone).drain(id(1), REASON));
        assertThat(plan.concerns())
                .extracting(Concern::what)
                .containsExactly("s1: no other voter is healthy and keeps pace, so it stays with its leader on n1");
    }

    @Test
    void unknownNodesAreRefusedByName() {
        PlanRefused refused = refused(planner(five).decommission(id(9), REASON));
        assertThat(refused.cause()).isEqualTo(Cause.NODE_UNKNOWN);
        assertThat(refused.message()).isEqualTo("there is no node n9; the cluster has 5 nodes: n1, n2, n3, n4, n5");
    }

    @Test
    void aDecommissionThatLeavesFewerNodesThanReplicasIsRefused() {
        ClusterModel three = founded(nodes(1, 3, 0), 6, 3);
        PlanRefused refused = refused(planner(three).decommission(id(2), REASON));
        assertThat(refused.cause()).isEqualTo(Cause.TOO_FEW_NODES);
        assertThat(refused.message())
                .isEqualTo("node n2 cannot be decommissioned: s1, s2, s3, s4, s5 and 1 more: could not be placed: "
                        + "it wants 3 replicas on different nodes, and 2 nodes are in service");
    }

    @Test
    void theLastHealthyReplicaIsNotTakenAway() {
        ClusterModel lost = without(without(five, id(1), LONG), id(2), LONG);
        List<GroupModel> stuck = lost.groups().values().stream()
                .filter(group -> !group.hasQuorum())
                .toList();
        assertThat(stuck).isNotEmpty();
        PlanRefused refused = refused(planner(lost)
                .decommission(
                        stuck.getFirst().members().stream()
                                .filter(node -> lost.node(node).orElseThrow().isUp())
                                .findFirst()
                                .orElseThrow(),
                        REASON));
        assertThat(refused.cause()).isEqualTo(Cause.QUORUM);
        assertThat(refused.message())
                .contains("only 1 healthy voters are left of the 2 that it takes to change its members");
    }

    @Test
    void dataThatWouldNotFitIsRefused() {
        ClusterModel small = five.withNodes(five.nodes().values().stream()
                .map(node -> Clusters.withDisk(node, Clusters.GIB / 2))
                .toList());
        PlanRefused refused = refused(planner(small).decommission(id(2), REASON));
        assertThat(refused.cause()).isEqualTo(Cause.NO_ROOM);
        assertThat(refused.message()).contains("no node has 1.0 GiB free and stays below 85.0 % full");
    }

    @Test
    void aZoneThatIsLostToTheReplicasIsAConcern() {
        ClusterModel zones = founded(nodes(1, 4, 3), 4, 3); // n1 and n4 stand in one zone
        Plan plan = plan(planner(zones).decommission(id(2), REASON));
        assertThat(plan.concerns()).singleElement().satisfies(concern -> {
            assertThat(concern.severity()).isEqualTo(Concern.Severity.WORSENS);
            assertThat(concern.what()).contains("would have two replicas in one zone");
        });
    }

    @Test
    void aDeadNodeIsReplacedByANewOne() {
        ClusterModel before = without(five, id(3), LONG).withNodes(nodes(6, 6, 0));
        Plan plan = plan(planner(before).replace(id(3), id(6), REASON));
        assertThat(plan.steps())
                .filteredOn(Step.MoveReplica.class::isInstance)
                .isNotEmpty()
                .allSatisfy(step -> {
                    Step.MoveReplica move = (Step.MoveReplica) step;
                    assertThat(move.from()).isEqualTo(id(3));
                    assertThat(move.to()).isEqualTo(id(6));
                });
        ClusterModel after = new Driver(before, PlanPolicy.DEFAULT).carryOut(plan).model;
        assertThat(after.groups().values()).allMatch(group -> group.healthyVoters() == 3);
        assertThat(after.node(id(3)).orElseThrow().intent()).isEqualTo(Intent.REMOVED);
    }

    @Test
    void aNodeThatComesBackAfterItWasReplacedGivesUpItsReplicasAndCanBeUsedAgain() {
        ClusterModel replaced = carriedOut(
                without(five, id(3), LONG).withNodes(nodes(6, 6, 0)),
                planner(without(five, id(3), LONG).withNodes(nodes(6, 6, 0))).replace(id(3), id(6), REASON));
        List<ClusterModel.Stray> strays = five.groups().values().stream()
                .filter(group -> group.hasReplicaOn(id(3)))
                .map(group -> new ClusterModel.Stray(group.id(), id(3)))
                .toList();
        NodeModel back = five.node(id(3)).orElseThrow().meaning(Intent.REMOVED);
        ClusterModel returned = new ClusterModel(
                replaced.epoch(),
                replaced.withNodes(List.of(back)).nodes(),
                replaced.groups(),
                replaced.ring(),
                strays,
                new TreeMap<>());

        // It is given nothing, and what it has is deleted.
        assertThat(new ReplicaPlanner(returned, PlanPolicy.DEFAULT).heal()).isInstanceOf(Decision.Rest.class);
        Plan tidy = plan(new ReplicaPlanner(returned, PlanPolicy.DEFAULT).tidy());
        assertThat(tidy.steps()).hasSameSizeAs(strays).allMatch(Step.DropStray.class::isInstance);
        assertThat(tidy.steps().getFirst().why())
                .isEqualTo("n3 came back after its replica of "
                        + strays.getFirst().group() + " was given to another node");

        ClusterModel again = carriedOut(returned, planner(returned).recommission(id(3), REASON));
        assertThat(again.strays()).isEmpty();
        assertThat(again.node(id(3)).orElseThrow().intent()).isEqualTo(Intent.IN_SERVICE);
    }

    @Test
    void aStrayIsKeptWhileItsGroupLacksAVoter() {
        ClusterModel lacking = without(five, id(1), LONG);
        GroupModel hurt = lacking.groups().values().stream()
                .filter(group -> group.healthyVoters() < 3)
                .findFirst()
                .orElseThrow();
        ClusterModel model = new ClusterModel(
                lacking.epoch(),
                lacking.nodes(),
                lacking.groups(),
                lacking.ring(),
                List.of(new ClusterModel.Stray(hurt.id(), id(5))),
                new TreeMap<>());
        assertThat(new ReplicaPlanner(model, PlanPolicy.DEFAULT).tidy())
                .isEqualTo(new Decision.Rest(List.of(new WaitingOn.QuorumAtRisk(hurt.id(), 2, 3))));
    }

    @Test
    void nonsenseIsRefused() {
        assertThat(refused(planner(five).replace(id(1), id(1), REASON)).message())
                .isEqualTo("node n1 cannot be replaced by itself");
        assertThat(refused(planner(five).recommission(id(1), REASON)).message())
                .isEqualTo("node n1 is in service, so it cannot be recommissioned");
        ClusterModel leaving = five.after(List.of(new Action.ChangeIntent(id(1), Intent.DECOMMISSIONING)));
        assertThat(refused(planner(leaving).decommission(id(1), REASON)))
                .isEqualTo(
                        PlanRefused.of(Cause.NODE_STATE, "node n1 is decommissioning, so it cannot be decommissioned"));
        assertThat(refused(planner(leaving).replace(id(2), id(1), REASON)).message())
                .isEqualTo("node n1 is decommissioning, so it cannot be put in the place of n2");
        ClusterModel silent = without(five, id(4), Duration.ofSeconds(30));
        assertThat(refused(planner(silent).replace(id(2), id(4), REASON)).message())
                .isEqualTo("node n4 is not up: it cannot take the replicas of n2");
    }

    @Test
    void aPlanSaysWhatItMovesAndHowLongItTakes() {
        Plan plan = plan(planner(five).decommission(id(2), REASON));
        long moves = five.groups().values().stream()
                .filter(group -> group.hasReplicaOn(id(2)))
                .count();
        assertThat(plan.bytes()).isEqualTo(moves * Clusters.GIB);
        // The busiest node sends or receives at least one of the replicas: 1 GiB at 64 MiB/s.
        assertThat(plan.expected()).isBetween(Duration.ofSeconds(16), Duration.ofSeconds(moves * 20));
        assertThat(plan.before()).isEqualTo(plan.after());
        assertThat(plan.reason()).hasToString("asked for by ada: a test");
        assertThat(plan.steps().getFirst().text()).isEqualTo("node n2 becomes decommissioning");
        assertThat(plan.steps().get(1).text()).matches("replica of s\\d+ from n2 to n\\d, 1\\.0 GiB");
        assertThat(plan.steps().getLast().text()).isEqualTo("node n2 becomes removed");
        assertThat(new GroupModel(shard(1), 1, List.of(), Optional.empty(), 0, 0).quorum())
                .isEqualTo(1);
    }
}

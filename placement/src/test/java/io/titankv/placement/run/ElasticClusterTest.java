package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.model.ErrorReason;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.CheckHealthRequest;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.DrainNodeRequest;
import io.titankv.proto.admin.v1.GetClusterRequest;
import io.titankv.proto.admin.v1.ListEventsRequest;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.RecommissionNodeRequest;
import io.titankv.proto.admin.v1.ReplaceNodeRequest;
import io.titankv.proto.admin.v1.SetSchedulersRequest;
import io.titankv.proto.errors.TitanErrors;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The cluster grows, shrinks and heals, on simulated Raft, with a clock that the test moves. */
final class ElasticClusterTest extends ElasticFixture {
    @Test
    void aNodeThatJoinsTakesItsShareByItself() {
        startNodes("n1", "n2", "n3");
        cluster.start("n4", false, List.of("n1"));

        run(MINUTE);

        assertWholeOn("n1", "n2", "n3", "n4");
        assertThat(replicasOn("n4")).isBetween(4L, 5L);
        assertThat(last().kind()).isEqualTo(Schedules.BALANCE);
        assertThat(last().phase()).isEqualTo(Phase.DONE);
        assertThat(ClusterGrpc.newBlockingStub(cluster.channelTo("n3"))
                        .listEvents(ListEventsRequest.getDefaultInstance())
                        .getEventsList())
                .anySatisfy(event -> assertThat(event.getKind()).isEqualTo("members changed"))
                .anySatisfy(event -> assertThat(event.getText()).startsWith("op-1 (replica balance): "));
    }

    @Test
    void nothingIsBalancedWhileThatIsSwitchedOff() {
        startNodes("n1", "n2", "n3");
        var said = ClusterGrpc.newBlockingStub(cluster.channelTo("n3"))
                .setSchedulers(SetSchedulersRequest.newBuilder()
                        .setBalanceReplicas(false)
                        .build());
        assertThat(said.getHeal()).isTrue();
        assertThat(said.getBalanceReplicas()).isFalse();
        cluster.start("n4", false, List.of("n1"));

        run(MINUTE);

        assertThat(replicasOn("n4")).isZero();
        assertThat(state().journal().operations()).isEmpty();
    }

    @Test
    void aDeadNodeIsHealedOntoOthersAndCleanedWhenItComesBack() {
        startNodes("n1", "n2", "n3", "n4");
        cluster.node("n3").kill();
        run(Duration.ofMinutes(4));
        assertThat(state().journal().operations()).isEmpty();

        run(Duration.ofMinutes(3));

        assertThat(last().kind()).isEqualTo(Schedules.HEAL);
        assertThat(last().phase()).isEqualTo(Phase.DONE);
        cluster.shards
                .values()
                .forEach(shard -> assertThat(SimShard.ids(shard.members))
                        .extracting(NodeId::value)
                        .containsExactlyInAnyOrder("n1", "n2", "n4"));
        assertThat(state().placementVoters()).extracting(NodeId::value).containsExactlyInAnyOrder("n1", "n2", "n4");

        cluster.start("n3", false, List.of("n1"));
        run(Duration.ofMinutes(2));
        assertWholeOn("n1", "n2", "n3", "n4");
    }

    @Test
    void aDecommissionedNodeHoldsNothingNotEvenItsPlacementVote() {
        startNodes("n1", "n2", "n3", "n4");
        String leader = Objects.requireNonNull(cluster.raft.leader()).value();

        ChangeResponse begun = decommission(leader);
        assertThat(begun.getOperation().getOperationId()).isEqualTo("op-1");
        run(MINUTE);

        assertThat(last().phase()).isEqualTo(Phase.DONE);
        assertThat(state().intentOf(new NodeId(leader))).isEqualTo(Intent.REMOVED);
        assertThat(replicasOn(leader)).isZero();
        assertThat(state().placementVoters()).hasSize(3).doesNotContain(new NodeId(leader));
        assertThat(state().placement().leaving()).isEmpty();
        // It stays so, also after a restart.
        cluster.node(leader).kill();
        run(Duration.ofMinutes(1));
        cluster.start(leader, leader.equals("n1"), List.of("n1", "n2", "n3", "n4"));
        run(Duration.ofMinutes(1));
        assertThat(replicasOn(leader)).isZero();
        assertThat(cluster.node(leader).placement.fault()).isEmpty();

        NodeGrpc.newBlockingStub(cluster.channelTo("n2"))
                .recommissionNode(
                        RecommissionNodeRequest.newBuilder().setNodeId(leader).build());
        run(Duration.ofMinutes(1));
        assertThat(replicasOn(leader)).isPositive();
        assertWholeOn("n1", "n2", "n3", "n4");
    }

    @Test
    void aNodeThatWasDecommissionedAndIsGoneIsNotCountedAndNobodyTakesItsName() {
        startNodes("n1", "n2", "n3", "n4");
        var _ = decommission("n4");
        run(MINUTE);
        assertThat(clusters().getCluster(GetClusterRequest.getDefaultInstance()).getNodesTotal())
                .as("it is up, and somebody is to stop it")
                .isEqualTo(4);
        cluster.node("n4").kill();
        run(Duration.ofMinutes(2));

        assertThat(clusters().getCluster(GetClusterRequest.getDefaultInstance()).getNodesTotal())
                .isEqualTo(3);
        assertThat(clusters()
                        .checkHealth(CheckHealthRequest.getDefaultInstance())
                        .getChecksList())
                .anySatisfy(check -> assertThat(check.getDetail()).isEqualTo("3 of 3 up"));
        SimCluster.SimNode impostor = cluster.start("n4", "n4-wiped", false, List.of("n1"), SimFiles.healthy());
        cluster.run(Duration.ofSeconds(30));
        assertThat(impostor.placement.fault())
                .hasValueSatisfying(
                        fault -> assertThat(fault).contains("node id n4 is already used by another data directory"));
        impostor.kill();
        cluster.start("n4", false, List.of("n1"));
        run(MINUTE);
        assertThat(replicasOn("n4")).as("it came back and gets nothing").isZero();
        assertThat(state().intentOf(new NodeId("n4"))).isEqualTo(Intent.REMOVED);
    }

    private ClusterGrpc.ClusterBlockingStub clusters() {
        return ClusterGrpc.newBlockingStub(cluster.channelTo("n2"));
    }

    @Test
    void whatWouldBreakIsRefusedWithAllOfIt() {
        startNodes("n1", "n2", "n3");
        assertThatThrownBy(() -> decommission("n3"))
                .satisfies(e -> assertThat(TitanErrors.parse(e)).hasValueSatisfying(error -> {
                    assertThat(error.reason()).isEqualTo(ErrorReason.PLAN_REFUSED);
                    assertThat(error.metadata()).containsEntry(TitanErrors.CAUSE, "TOO_FEW_NODES");
                    assertThat(error.message()).contains("s1, s2, s3, s4, s5").contains("2 nodes are in service");
                }));
        assertThatThrownBy(() -> decommission("n9"))
                .satisfies(e -> assertThat(TitanErrors.parse(e))
                        .hasValueSatisfying(error -> assertThat(error.reason()).isEqualTo(ErrorReason.NODE_UNKNOWN)));
        assertThat(state().journal().operations()).isEmpty();
    }

    @Test
    void aDrainedNodeLeadsNothing() {
        startNodes("n1", "n2", "n3");
        String leader = Objects.requireNonNull(cluster.raft.leader()).value();
        ChangeOptions planOnly =
                ChangeOptions.newBuilder().setValidateOnly(true).build();
        DrainNodeRequest drain = DrainNodeRequest.newBuilder().setNodeId(leader).build();
        ChangeResponse looked = NodeGrpc.newBlockingStub(cluster.channelTo("n2"))
                .drainNode(drain.toBuilder().setOptions(planOnly).build());
        assertThat(looked.getPlan().getStepsList()).isNotEmpty();
        assertThat(state().journal().operations()).isEmpty();

        NodeGrpc.newBlockingStub(cluster.channelTo("n2")).drainNode(drain);
        run(MINUTE);

        assertThat(cluster.shards.values()).noneMatch(shard -> new NodeId(leader).equals(shard.leader));
        assertThat(cluster.raft.leader()).isNotEqualTo(new NodeId(leader));
        assertThat(replicasOn(leader)).isEqualTo(6);
    }

    @Test
    void aReplacedNodesReplicasGoToTheOther() {
        startNodes("n1", "n2", "n3");
        cluster.start("n4", false, List.of("n1"));
        cluster.run(Duration.ofSeconds(2));

        NodeGrpc.newBlockingStub(cluster.channelTo("n2"))
                .replaceNode(ReplaceNodeRequest.newBuilder()
                        .setNodeId("n3")
                        .setByNodeId("n4")
                        .build());
        run(Duration.ofMinutes(2));

        assertWholeOn("n1", "n2", "n4");
        assertThat(state().intentOf(new NodeId("n3"))).isEqualTo(Intent.REMOVED);
        assertThat(last().phase()).isEqualTo(Phase.DONE);
    }
}

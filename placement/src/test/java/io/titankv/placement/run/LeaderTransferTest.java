package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.DrainNodeRequest;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.TransferLeaderRequest;
import io.titankv.proto.errors.TitanErrors;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A person says who leads a shard, on simulated Raft, with a clock that the test moves. */
final class LeaderTransferTest extends ElasticFixture {
    private static final GroupId S1 = new GroupId(1);

    private ChangeResponse give(String shard, String node) {
        return ShardGrpc.newBlockingStub(cluster.channelTo("n2"))
                .transferLeader(TransferLeaderRequest.newBuilder()
                        .setShardId(shard)
                        .setToNodeId(node)
                        .setOptions(ChangeOptions.newBuilder().setAskedBy("ada"))
                        .build());
    }

    private NodeId leader() {
        return Objects.requireNonNull(Objects.requireNonNull(cluster.shards.get(S1)).leader);
    }

    private String another() {
        return List.of("n1", "n2", "n3").stream()
                .filter(node -> !node.equals(leader().value()))
                .findFirst()
                .orElseThrow();
    }

    private long ledBy(String node) {
        return cluster.shards.values().stream()
                .filter(shard -> new NodeId(node).equals(shard.leader))
                .count();
    }

    @Test
    void theReplicaLeadsAndStaysWhileTheOthersAreEvenedOut() {
        startNodes("n1", "n2", "n3");
        run(MINUTE);
        assertThat(List.of("n1", "n2", "n3")).allMatch(node -> ledBy(node) == 2);
        String to = another();

        ChangeResponse begun = give("s1", to);

        assertThat(begun.getOperation().getKind()).isEqualTo(LeaderTransfers.KIND);
        assertThat(begun.getOperation().getReason()).contains("ada").contains("leadership of s1 to " + to);
        run(Duration.ofSeconds(5));
        assertThat(leader()).isEqualTo(new NodeId(to));
        assertThat(last().phase()).isEqualTo(Phase.DONE);
        for (int minute = 0; minute < 9; minute++) {
            run(MINUTE);
            assertThat(leader()).isEqualTo(new NodeId(to));
        }
        assertThat(List.of("n1", "n2", "n3")).allMatch(node -> ledBy(node) == 2);
    }

    @Test
    void nobodyWaitsForTheNextHeartbeatThatIsDue() {
        startNodes("n1", "n2", "n3");
        run(MINUTE);
        for (int time = 0; time < 20; time++) {
            // At another moment between two heartbeats each time.
            run(SimCluster.TICK.multipliedBy(1 + time % 4));

            String to = another();
            give("s1", to);

            // Without a call it is as long as the old leader's heartbeat takes to come: up to four ticks.
            assertThat(cluster.run(SimCluster.TICK, () -> leader().equals(new NodeId(to))))
                    .as("leader transfer %s", time)
                    .isTrue();
            // Noticed at the next step of both nodes, and pushed to the others then, not with the next view that is
            // due.
            assertThat(cluster.run(
                            SimCluster.TICK.multipliedBy(6), () -> shownLeader().equals(to)))
                    .as("view after transfer %s", time)
                    .isTrue();
            assertThat(cluster.run(MINUTE, () -> last().phase() == Phase.DONE)).isTrue();
        }
    }

    private String shownLeader() {
        return cluster.node("n2").placement.view().orElseThrow().getShardsList().stream()
                .filter(shard -> shard.getShardId().equals("s1"))
                .findFirst()
                .orElseThrow()
                .getLeaderNodeId();
    }

    @Test
    void aDrainGoesBeforeWhatWasAskedFor() {
        startNodes("n1", "n2", "n3");
        String to = another();
        give("s1", to);
        run(Duration.ofSeconds(5));
        assertThat(leader()).isEqualTo(new NodeId(to));

        NodeGrpc.newBlockingStub(cluster.channelTo("n2"))
                .drainNode(DrainNodeRequest.newBuilder().setNodeId(to).build());
        run(MINUTE);

        assertThat(ledBy(to)).isZero();
        assertRefused("s1", to, ErrorReason.PLAN_REFUSED, "node " + to + " is draining, so it cannot lead s1");
    }

    @Test
    void onlyABalanceThatHoldsTheShardGivesWay() {
        startNodes("n1", "n2", "n3");
        cluster.start("n4", false, List.of("n1"));
        assertThat(cluster.run(MINUTE, () -> state().journal().lastOperation() > 0))
                .isTrue();
        Set<GroupId> held =
                last().steps().stream().flatMap(step -> step.groups().stream()).collect(Collectors.toSet());
        GroupId free = cluster.shards.keySet().stream()
                .filter(group -> !held.contains(group))
                .findFirst()
                .orElseThrow();

        assertThat(handOver(free)).isEqualTo(Phase.DONE);
        assertThat(state().journal().operation(1).orElseThrow().phase()).isNotEqualTo(Phase.CANCELLED);
    }

    @Test
    void aBalanceThatHoldsTheShardGivesWay() {
        startNodes("n1", "n2", "n3");
        cluster.start("n4", false, List.of("n1"));
        assertThat(cluster.run(MINUTE, () -> state().journal().lastOperation() > 0))
                .isTrue();
        GroupId held = last().steps().getLast().groups().iterator().next();

        assertThat(handOver(held)).isEqualTo(Phase.DONE);
        assertThat(state().journal().operation(1).orElseThrow().phase()).isEqualTo(Phase.CANCELLED);
    }

    /** Gives a shard to another of n1, n2 and n3; returns how that ended. */
    private Phase handOver(GroupId group) {
        NodeId leader = Objects.requireNonNull(Objects.requireNonNull(cluster.shards.get(group)).leader);
        String to = leader.value().equals("n1") ? "n2" : "n1";
        long id = Long.parseLong(
                give(group.toString(), to).getOperation().getOperationId().substring("op-".length()));
        run(Duration.ofSeconds(20));
        return state().journal().operation(id).orElseThrow().phase();
    }

    @Test
    void whoLeadsAlreadyIsSaidToAndNothingBegins() {
        startNodes("n1", "n2", "n3");
        NodeId leader = leader();

        ChangeResponse said = give("s1", leader.value());

        assertThat(said.hasOperation()).isFalse();
        assertThat(said.getPlan().getStepsList()).isEmpty();
        assertThat(said.getPlan().getReason()).isEqualTo("s1 is led by " + leader + " already");
        assertThat(state().journal().operations()).isEmpty();
    }

    @Test
    void whatCannotLeadIsRefusedAndSaidWhy() {
        cluster.start("n1", true, List.of("n1", "n2", "n3", "n4"));
        List.of("n2", "n3", "n4").forEach(node -> cluster.start(node, false, List.of("n1", "n2", "n3", "n4")));
        cluster.run(Duration.ofSeconds(30));
        List<NodeId> voters = state().membersOf(S1).voters();
        String other = List.of("n1", "n2", "n3", "n4").stream()
                .filter(node -> !voters.contains(new NodeId(node)))
                .findFirst()
                .orElseThrow();
        assertRefused("s77", "n1", ErrorReason.SHARD_UNKNOWN, "there is no shard s77");
        assertRefused("placement", "n1", ErrorReason.SHARD_UNKNOWN, "there is no shard");
        assertRefused("s1", "n77", ErrorReason.NODE_UNKNOWN, "there is no node n77");
        assertRefused(
                "s1",
                other,
                ErrorReason.PLAN_REFUSED,
                "node " + other + " has no voter of s1; voters are on " + voters);
        NodeId dead = voters.stream()
                .filter(node -> !node.equals(leader()) && !node.value().equals("n2"))
                .findFirst()
                .orElseThrow();
        cluster.node(dead.value()).kill();
        run(MINUTE);
        assertRefused("s1", dead.value(), ErrorReason.PLAN_REFUSED, "node " + dead + " has not been heard of for");
        assertThat(state().journal().operations().values())
                .noneMatch(operation -> operation.kind().equals(LeaderTransfers.KIND));
    }

    @Test
    void aHandOverThatDoesNotWorkFailsInTimeAndSaysWhy() {
        startNodes("n1", "n2", "n3");
        NodeId before = leader();
        String to = another();
        cluster.unableToLead.add(new NodeId(to));

        give("s1", to);
        run(LeaderTransfers.LIMIT.minusSeconds(5));
        assertThat(last().phase()).isEqualTo(Phase.RUNNING);
        run(Duration.ofSeconds(10));

        assertThat(last().phase()).isEqualTo(Phase.FAILED);
        assertThat(last().error())
                .isEqualTo("not done within 30 s: leader of s1 from " + before + " to " + to
                        + " was asked for again and again");
        assertThat(leader()).isEqualTo(before);
        cluster.unableToLead.clear();
        run(MINUTE);
        assertThat(leader()).as("it is not asked for any more").isEqualTo(before);
    }

    private void assertRefused(String shard, String node, ErrorReason reason, String message) {
        assertThatThrownBy(() -> give(shard, node))
                .satisfies(e -> assertThat(TitanErrors.parse(e)).hasValueSatisfying(error -> {
                    assertThat(error.reason()).isEqualTo(reason);
                    assertThat(error.message()).contains(message);
                }));
    }
}

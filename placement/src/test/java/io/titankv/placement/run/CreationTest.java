package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.Step;
import io.titankv.placement.state.GroupRecord.State;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.PlacementState;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.SetSchedulersRequest;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Groups that are being made and lose a member, or do not get on, on simulated nodes with a clock that the test moves. */
final class CreationTest extends RangeFixture {
    private static final GroupId S7 = new GroupId(7);
    private static final List<String> NODES = List.of("n1", "n2", "n3", "n4");

    private OperationRecord maker() {
        return cluster.state().journal().operation(1).orElseThrow();
    }

    private List<NodeId> planned() {
        return maker().steps().stream()
                .filter(Step.CreateGroup.class::isInstance)
                .map(step -> ((Step.CreateGroup) step).members())
                .findFirst()
                .orElseThrow();
    }

    /** Begins a split, and kills the last member of the new shard before any has made its replica. */
    private NodeId splitAndKillAMember() {
        startNodes(NODES.toArray(String[]::new));
        split("s2");
        NodeId dead = planned().getLast();
        cluster.node(dead.value()).kill();
        return dead;
    }

    private void restart(NodeId node) {
        cluster.start(node.value(), node.value().equals("n1"), NODES);
    }

    @Test
    void aMemberThatDiesIsReplacedByItselfAndTheSplitGoesOn() {
        NodeId dead = splitAndKillAMember();
        pass(Duration.ofMinutes(4));
        assertThat(Objects.requireNonNull(cluster.state().groups().get(S7)).state())
                .isEqualTo(State.CREATING);
        assertThat(operation("op-1").getWaitingOn())
                .startsWith("group s7 is being made, and for 3 min it has waited for its replica on " + dead
                        + " (not heard of for ")
                .contains(", after 5 min another node gets it)");

        runUntil(
                "the split ends", Duration.ofMinutes(12), () -> !maker().phase().isRunning());

        assertThat(maker().phase()).as(maker().toString()).isEqualTo(Phase.DONE);
        assertThat(share("s7")).isPositive();
        runUntil(
                "it is whole without the dead one",
                () -> cluster.state().membersOf(S7).voters().size() == 3
                        && !cluster.state().membersOf(S7).holders().contains(dead));
        restart(dead);
        pass(MINUTE);
        assertThat(Objects.requireNonNull(cluster.shards.get(S7)).replicas).doesNotContain(dead);
        assertEveryTokenIsServedOnce();
    }

    @Test
    void aMemberThatComesBackInTimeIsKept() {
        NodeId away = splitAndKillAMember();
        pass(Duration.ofMinutes(4));
        restart(away);
        runUntil(
                "the split ends", Duration.ofMinutes(12), () -> !maker().phase().isRunning());
        assertThat(maker().phase()).isEqualTo(Phase.DONE);
        assertThat(cluster.state().membersOf(S7).voters()).contains(away);
        assertThat(cluster.state().journal().operations()).hasSize(1);
        assertEveryTokenIsServedOnce();
    }

    @Test
    void aNewPlacementLeaderGivesItsTimeAnewAndReplacesItThen() {
        NodeId dead = splitAndKillAMember();
        pass(Duration.ofMinutes(3));
        NodeId leader = Objects.requireNonNull(cluster.raft.leader());
        cluster.node(leader.value()).kill();
        pass(Duration.ofSeconds(7));
        restart(leader);
        runUntil(
                "the split ends", Duration.ofMinutes(12), () -> !maker().phase().isRunning());
        assertThat(maker().phase()).isEqualTo(Phase.DONE);
        runUntil(
                "it is whole without the dead one",
                () -> cluster.state().membersOf(S7).voters().size() == 3
                        && !cluster.state().membersOf(S7).holders().contains(dead));
        restart(dead);
        assertEveryTokenIsServedOnce();
    }

    @Test
    void whereNobodyCanTakeTheReplicaTheSplitIsUndoneAndSaysWhy() {
        NodeId dead = splitAndKillAMember();
        PlacementState before = cluster.state();
        List<NodeId> members = planned();
        ClusterGrpc.newBlockingStub(
                        cluster.channelTo(cluster.upNodes().iterator().next().id.value()))
                .setSchedulers(SetSchedulersRequest.newBuilder().setHeal(false).build());

        runUntil(
                "it is given up", Duration.ofMinutes(12), () -> !maker().phase().isRunning());

        assertThat(maker().phase()).isEqualTo(Phase.CANCELLED);
        assertThat(maker().error())
                .startsWith("shard s7 could not be made on " + members + ": " + dead
                        + " has not been heard of for 300 s, the limit is 300 s, and heal is switched off");
        assertUndone(before);
        restart(dead);
        assertEveryTokenIsServedOnce();
        assertThat(cluster.shards).doesNotContainKey(S7);
    }

    @Test
    void withTwoMembersDeadItIsUndoneAndSaysWhy() {
        startNodes("n1", "n2", "n3", "n4", "n5");
        split("s2");
        PlacementState before = cluster.state();
        List<NodeId> dead = planned().subList(1, 3);
        dead.forEach(node -> cluster.node(node.value()).kill());

        runUntil(
                "it is given up", Duration.ofMinutes(12), () -> !maker().phase().isRunning());

        assertThat(maker().phase()).isEqualTo(Phase.CANCELLED);
        assertThat(maker().error())
                .contains(dead.get(0) + " has not been heard of for")
                .contains(dead.get(1) + " has not been heard of for")
                .endsWith("without it the shard has no majority that serves");
        assertUndone(before);
    }

    @Test
    void aReplicaThatNeverServesOnANodeThatIsUpIsWaitedForSoLongAndNoLonger() {
        startNodes(NODES.toArray(String[]::new));
        split("s2");
        PlacementState before = cluster.state();
        NodeId broken = planned().getLast();
        cluster.faults.put(S7 + "@" + broken, "the disk is gone");

        pass(TransferRound.STALLED_MAX.minusMinutes(1));
        assertThat(maker().phase()).isEqualTo(Phase.RUNNING);
        assertThat(operation("op-1").getWaitingOn()).contains("its replica on " + broken + " (which is up)");
        pass(Duration.ofMinutes(2));

        assertThat(maker().phase()).isEqualTo(Phase.CANCELLED);
        assertThat(maker().error())
                .endsWith("its replica on [" + broken + "] does not serve, and nothing came for 10 min");
        assertUndone(before);
    }

    /** As if it had never begun. */
    private void assertUndone(PlacementState before) {
        assertThat(cluster.state().ring()).isEqualTo(before.ring());
        assertThat(cluster.state().epoch()).isEqualTo(before.epoch());
        assertThat(cluster.state()
                        .groups()
                        .getOrDefault(S7, before.groups().firstEntry().getValue())
                        .state())
                .isIn(State.RETIRED, State.SERVING);
        assertThat(cluster.state().journal().events())
                .anySatisfy(event -> {
                    assertThat(event.kind()).isEqualTo("operation cancelled");
                    assertThat(event.text()).contains("shard s7 could not be made on");
                })
                .anySatisfy(event -> assertThat(event.kind()).isEqualTo("group retired"));
    }

    /** The first ring has no operation that could be undone, and its shards own something. */
    @Test
    void aNodeThatDiesWhileTheFirstRingIsMadeIsReplacedToo() {
        NODES.forEach(node -> cluster.start(node, node.equals("n1"), NODES));
        runUntil(
                "the ring is laid",
                () -> cluster.raft.leader() != null && !cluster.state().groups().isEmpty());
        NodeId dead = new NodeId("n4");
        assertThat(cluster.state().groups().values()).allMatch(group -> group.state() == State.CREATING);
        cluster.node("n4").kill();

        pass(Duration.ofMinutes(7));

        assertThat(cluster.state().groups().values()).allSatisfy(group -> {
            assertThat(group.state()).isEqualTo(State.SERVING);
            assertThat(group.members()).hasSize(3).doesNotContain(dead);
        });
        restart(dead);
        pass(MINUTE);
        assertEveryTokenIsServedOnce();
    }

    @Test
    void whereNobodyCanTakeAReplicaOfTheFirstRingItsNodeIsWaitedForAndMakesIt() {
        List<String> three = NODES.subList(0, 3);
        three.forEach(node -> cluster.start(node, node.equals("n1"), three));
        runUntil(
                "the ring is laid",
                () -> cluster.raft.leader() != null && !cluster.state().groups().isEmpty());
        cluster.node("n3").kill();
        pass(Duration.ofMinutes(7));
        assertThat(cluster.state().groups().values()).allMatch(group -> group.state() == State.CREATING);

        cluster.start("n3", false, three);
        pass(MINUTE);
        assertThat(cluster.state().groups().values()).allMatch(group -> group.state() == State.SERVING);
        assertEveryTokenIsServedOnce();
    }
}

package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.LifeCycle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Ratis alone would get wrong. Each of these fails without its guard. */
final class ReplicaGuardsIT {
    private static final GroupId S1 = new GroupId(1);

    @TempDir
    private Path directory;

    private RaftCluster cluster;
    private NodeId leader;

    @BeforeEach
    void start() {
        cluster = RaftCluster.start(directory, 3);
        leader = cluster.create(S1);
        cluster.apply(S1, "first");
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** Ratis' own linearizable reads fail this. */
    @Test
    void aLeaderCutOffPassesNobodyOnceAnotherHasAcknowledgedAWrite() {
        // A leader believes for the longest timeout; the next is mostly elected long before.
        try (RaftCluster slow = RaftCluster.start(
                directory.resolve("slow"),
                3,
                options -> RaftClusterOptions.withTimeouts(options, Duration.ofMillis(600), Duration.ofSeconds(5)))) {
            slow.create(S1);
            int readsWhileBothBelieve = 0;
            for (int round = 0; readsWhileBothBelieve == 0 && round < 10; round++) {
                NodeId old = slow.leader(S1);
                assertThat(slow.barrier(old, S1)).isEqualTo(new BarrierOutcome.Passed());
                slow.isolate(old);
                slow.apply(S1, "newer " + round);
                // Only while the old one still believes that it leads does the round prove anything.
                while (slow.replica(old, S1).status().leads()) {
                    readsWhileBothBelieve++;
                    assertThat(slow.barrier(old, S1)).isNotInstanceOf(BarrierOutcome.Passed.class);
                }
                slow.heal();
            }
            assertThat(readsWhileBothBelieve).isPositive();
        }
    }

    @Test
    void aLeaseHasRunOutBeforeAnotherCanLead() {
        await().atMost(RaftCluster.PATIENCE)
                .until(() -> cluster.replica(leader, S1).status().leaseValid());

        cluster.isolate(leader);
        NodeId next = cluster.leader(S1);

        assertThat(next).isNotEqualTo(leader);
        assertThat(cluster.replica(leader, S1).status().leaseValid()).isFalse();
    }

    @Test
    void aProposalPendingAtAStepDownIsUndetermined() throws Exception {
        cluster.isolate(leader);

        ProposeOutcome outcome = cluster.propose(leader, S1, "in the old leader's log only");

        // Ratis says NotLeaderException here, as for one that it never took.
        assertThat(outcome).isInstanceOf(ProposeOutcome.Undetermined.class);
        await().atMost(RaftCluster.PATIENCE)
                .until(() -> !cluster.replica(leader, S1).status().leads());
        assertThat(cluster.propose(leader, S1, "x")).isInstanceOf(ProposeOutcome.NotLeader.class);
    }

    @Test
    void theLargestEntryFitsAndALargerOneDoesNotDeposeTheLeader() {
        long term = cluster.replica(leader, S1).status().term();
        int max = cluster.replica(leader, S1).entryBytesMax();

        assertThat(cluster.propose(leader, S1, "x".repeat(max))).isInstanceOf(ProposeOutcome.Applied.class);
        assertThatThrownBy(() -> cluster.replica(leader, S1).propose(ByteString.copyFrom(new byte[max + 1])))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cluster.replica(leader, S1).propose(ByteString.EMPTY))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(cluster.propose(leader, S1, "after")).isInstanceOf(ProposeOutcome.Applied.class);
        assertThat(cluster.replica(leader, S1).status().term()).isEqualTo(term);
    }

    @Test
    void whatIsTurnedAwayLeavesRoomForWhatComesAfter() throws Exception {
        // More than wait at once, so that some are turned away; thrice, so that a leak would fill the room.
        cluster.isolate(leader);
        List<CompletableFuture<ProposeOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < 3 * 4096; i++) {
            outcomes.add(cluster.replica(leader, S1).propose(ByteString.copyFromUtf8("flood " + i)));
        }
        CompletableFuture.allOf(outcomes.toArray(CompletableFuture<?>[]::new))
                .get(RaftCluster.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(outcomes.stream().map(CompletableFuture::join))
                .hasAtLeastOneElementOfType(ProposeOutcome.Busy.class);
        cluster.heal();

        await().atMost(RaftCluster.PATIENCE)
                .until(() -> cluster.replica(cluster.leader(S1), S1)
                        .transferLeadership(leader, RaftCluster.PATIENCE)
                        .join());
        for (int i = 0; i < 50; i++) {
            cluster.apply(S1, "after " + i);
        }
    }

    @Test
    void everyAcknowledgedProposalIsAppliedOnceOnAllWhenTheLeaderDies() {
        List<String> acknowledged = new ArrayList<>();
        List<CompletableFuture<ProposeOutcome>> underWay = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            underWay.add(cluster.replica(leader, S1).propose(ByteString.copyFromUtf8("p" + i)));
            if (i == 150) {
                underWay.getFirst().join();
            }
        }
        cluster.kill(leader);
        for (int i = 0; i < underWay.size(); i++) {
            ProposeOutcome outcome =
                    underWay.get(i).orTimeout(60, TimeUnit.SECONDS).join();
            if (outcome instanceof ProposeOutcome.Applied) {
                acknowledged.add("p" + i);
            }
        }
        assertThat(acknowledged).isNotEmpty();
        cluster.apply(S1, "end");
        cluster.restart(leader);

        for (NodeId node : cluster.nodes()) {
            await().atMost(RaftCluster.PATIENCE)
                    .until(() -> cluster.machine(node, S1).texts().contains("end"));
            assertThat(cluster.machine(node, S1).texts())
                    .containsAll(acknowledged)
                    .doesNotHaveDuplicates();
        }
        Set<List<String>> histories = new java.util.HashSet<>();
        cluster.nodes().forEach(node -> histories.add(cluster.machine(node, S1).texts()));
        assertThat(histories).hasSize(1);
    }

    @Test
    void aStateMachineThatFailsStopsItsReplicaAndNothingElse() {
        GroupId s2 = new GroupId(2);
        cluster.create(s2);
        NodeId victim = cluster.others(leader).getFirst();
        cluster.machine(victim, S1).interrupt((position, text) -> {
            if (text.equals("poison")) {
                throw new IllegalStateException("the disk says no");
            }
        });

        cluster.apply(S1, "poison");

        await().atMost(RaftCluster.PATIENCE)
                .untilAsserted(() ->
                        assertThat(cluster.replica(victim, S1).status().fault()).contains("the disk says no"));
        assertThat(cluster.replica(victim, S1).status().role()).isEqualTo(ReplicaStatus.Role.DOWN);
        cluster.apply(S1, "the group goes on");
        cluster.apply(s2, "so do others");
        cluster.awaitTexts(victim, s2, List.of("so do others"));
        // The division is closed on a thread of its own, after the fault is told.
        await().atMost(RaftCluster.PATIENCE)
                .until(() -> cluster.machine(victim, S1).isClosed());
    }

    /** Ratis' updater would spin for ever, and the division with it never close. */
    @Test
    void aStateMachineThatFailsWhileItsReplicaIsBeingClosedIsClosedAllTheSame() {
        NodeId victim = cluster.others(leader).getFirst();
        RatisReplica replica = (RatisReplica) cluster.replica(victim, S1);
        RaftServer.Division division = Objects.requireNonNull(replica.divisionOrNull());
        cluster.machine(victim, S1).interrupt((position, text) -> {
            replica.takeOutOfService("closed from outside");
            await().atMost(RaftCluster.PATIENCE)
                    .until(() -> division.getInfo().getLifeCycleState() == LifeCycle.State.CLOSING);
            throw new IllegalStateException("the disk says no");
        });

        cluster.apply(S1, "poison");

        await().atMost(RaftCluster.PATIENCE)
                .until(() -> cluster.machine(victim, S1).isClosed());
        await().atMost(RaftCluster.PATIENCE)
                .until(() -> division.getInfo().getLifeCycleState() == LifeCycle.State.CLOSED);
    }

    /** Ratis asks a follower whether it hears its leader in the pre-vote only, which may have been long before the vote. */
    @Test
    void aFollowerThatHearsItsLeaderVotesForNobodyElse() {
        NodeId candidate = cluster.others(leader).getFirst();
        NodeId voter = cluster.others(leader).getLast();
        RaftServer.Division division =
                Objects.requireNonNull(((RatisReplica) cluster.replica(candidate, S1)).divisionOrNull());
        long term = division.getInfo().getCurrentTerm();
        RequestVoteRequestProto request = RequestVoteRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(Positions.toRatis(candidate).toByteString())
                        .setReplyId(Positions.toRatis(voter).toByteString())
                        .setRaftGroupId(RaftGroupIdProto.newBuilder()
                                .setId(Positions.toRatis(S1).toByteString())))
                .setCandidateTerm(term + 1)
                .setCandidateLastEntry(TermIndexProto.newBuilder().setTerm(term).setIndex(1_000_000))
                .build();

        assertThatThrownBy(() -> division.getRaftServer().getServerRpc().requestVote(request))
                .hasStackTraceContaining("heard its leader");
        assertThat(cluster.replica(voter, S1).status().term()).isEqualTo(term);
        assertThat(cluster.leader(S1)).isEqualTo(leader);
    }

    /** While Ratis waits for a successor it refuses every write. */
    @Test
    void leadershipIsNotOfferedToOneWhoDoesNotAnswer() {
        NodeId gone = cluster.others(leader).getFirst();
        cluster.isolate(gone);
        Replica replica = cluster.replica(leader, S1);
        // It had answered a moment ago: an offer may still be begun, and then ends without success.
        await().atMost(RaftCluster.PATIENCE).until(() -> {
            CompletableFuture<Boolean> offer = replica.transferLeadership(gone, Duration.ofSeconds(1));
            boolean atOnce = offer.isDone();
            assertThat(offer.exceptionally(notInTime -> false).join()).isFalse();
            return atOnce;
        });
        assertThat(replica.transferLeadership(gone, RaftCluster.PATIENCE)).isCompletedWithValue(false);
        assertThat(cluster.propose(leader, S1, "not held up")).isInstanceOf(ProposeOutcome.Applied.class);
        cluster.heal();
    }

    @Test
    void aNewGroupElectsItsLeaderWithoutWaitingForATimeout() {
        try (RaftCluster patient = RaftCluster.start(
                directory.resolve("patient"),
                3,
                options -> RaftClusterOptions.withTimeouts(options, Duration.ofMinutes(5), Duration.ofMinutes(6)))) {
            for (int number = 1; number <= 3; number++) {
                NodeId first = patient.create(new GroupId(number));
                // Another one leads each group, with nobody moving leaders about.
                assertThat(first).isEqualTo(patient.nodes().get(number % 3));
            }
        }
    }

    @Test
    void aNodeThatClosesHandsItsLeadershipOver() {
        RaftCluster slow = RaftCluster.start(
                directory.resolve("slow"),
                3,
                options -> RaftClusterOptions.withTimeouts(options, Duration.ofSeconds(4), Duration.ofSeconds(8)));
        try {
            NodeId first = slow.create(S1);
            slow.apply(S1, "a");

            slow.stop(first);

            // Without a hand-over nobody could be elected so soon.
            assertThat(slow.others(first))
                    .anyMatch(node -> slow.replica(node, S1).status().role() == ReplicaStatus.Role.LEADER);
            slow.apply(S1, "b");
        } finally {
            slow.close();
        }
    }

    @Test
    void nobodyMayProposeOrRuleOverTheNetwork() throws Exception {
        List<org.apache.ratis.protocol.RaftPeer> peers = cluster.members(cluster.nodes()).stream()
                .map(Positions::toRatis)
                .toList();
        try (RaftClient stranger = RaftClient.newBuilder()
                .setProperties(new RaftProperties())
                .setRaftGroup(RaftGroup.valueOf(Positions.toRatis(S1), peers))
                .setRetryPolicy(RetryPolicies.noRetry())
                .build()) {
            assertThatThrownBy(() -> stranger.io().send(Message.valueOf("smuggled")))
                    .hasStackTraceContaining("not served over the network");
            assertThatThrownBy(() -> stranger.admin().setConfiguration(peers.subList(0, 1)))
                    .hasStackTraceContaining("not served over the network");
        }
        cluster.apply(S1, "after");
        assertThat(new TreeSet<>(cluster.machine(cluster.leader(S1), S1).texts()))
                .containsExactly("after", "first");
    }
}

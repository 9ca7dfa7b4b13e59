package io.titankv.multiraft.host;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.impl.LearnerVote;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.protocol.TermIndex;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is in a group, and how that changes. */
final class MembershipIT {
    private static final GroupId S1 = new GroupId(1);
    private static final NodeId N4 = new NodeId("n4");

    @TempDir
    private Path directory;

    private RaftCluster cluster;

    @BeforeEach
    void start() {
        cluster = RaftCluster.start(directory, 3);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aReplicaMovesToANewNodeByWayOfALearner() throws Exception {
        NodeId leader = addLearner();
        NodeId leaving = cluster.others(leader).getFirst();
        NodeId staying = cluster.others(leader).get(1);
        assertThat(cluster.replica(N4, S1).status().role()).isEqualTo(ReplicaStatus.Role.LEARNER);

        makeTheLearnerAVoter();
        List<Member> four = cluster.members(List.of(leader, staying, leaving, N4));
        List<Member> moved = cluster.members(List.of(leader, staying, N4));
        change(new Membership(four, List.of()), new Membership(moved, List.of()));
        cluster.host(leaving).remove(S1);

        assertThat(cluster.host(leaving).replica(S1)).isEmpty();
        assertThat(cluster.machine(leaving, S1).isDestroyed()).isTrue();
        assertThat(Files.exists(cluster.logDirectory(leaving, S1))).isFalse();
        // The new voter counts: the group goes on without the leader.
        NodeId last = cluster.leader(S1);
        cluster.kill(last.equals(N4) ? staying : last);
        cluster.apply(S1, "b");
        cluster.awaitTexts(N4, S1, List.of("a", "b"));
        cluster.kill(leaving);
        cluster.restart(leaving);
        assertThat(cluster.host(leaving).replicas()).isEmpty();
    }

    @Test
    void aChangeThatExpectsOthersIsRefused() throws Exception {
        NodeId leader = cluster.create(S1);
        List<Member> all = cluster.members(cluster.nodes());

        ChangeOutcome outcome = cluster.host(leader)
                .changeMembers(S1, new Membership(all.subList(0, 2), List.of()), new Membership(all, List.of()))
                .get(60, TimeUnit.SECONDS);

        assertThat(outcome).isInstanceOf(ChangeOutcome.Refused.class);
        NodeId follower = cluster.others(leader).getFirst();
        assertThat(cluster.host(follower)
                        .changeMembers(S1, new Membership(all, List.of()), new Membership(all, List.of()))
                        .get(60, TimeUnit.SECONDS))
                .isEqualTo(new ChangeOutcome.NotLeader(leader));
    }

    /** RATIS-2661: Ratis alone forgets the members, and the group never has a leader. */
    @Test
    void aNewGroupThatDiesBeforeItsFirstEntryKnowsItsMembers() {
        cluster.nodes().forEach(cluster::isolate);
        cluster.nodes().forEach(node -> cluster.host(node).create(S1, cluster.members(cluster.nodes())));
        cluster.nodes().forEach(cluster::kill);
        cluster.nodes().forEach(cluster::restart);

        cluster.heal();

        cluster.apply(S1, "a");
        assertThat(cluster.replica(cluster.leader(S1), S1).members()).hasSize(3);
    }

    @Test
    void aGroupOfOneServesAlone() {
        NodeId alone = cluster.nodes().getFirst();
        cluster.host(alone).create(S1, cluster.members(List.of(alone)));

        cluster.apply(S1, "a");

        assertThat(cluster.barrier(alone, S1)).isEqualTo(new BarrierOutcome.Passed());
        assertThat(cluster.replica(alone, S1).status().leaseValid()).isTrue();
        cluster.kill(alone);
        cluster.restart(alone);
        cluster.apply(S1, "b");
        assertThat(cluster.machine(alone, S1).texts()).containsExactly("a", "b");
    }

    @Test
    void leadershipGoesToWhomItIsGiven() {
        NodeId leader = cluster.create(S1);
        NodeId next = cluster.others(leader).getFirst();

        await().atMost(RaftCluster.PATIENCE)
                .until(() -> cluster.replica(cluster.leader(S1), S1)
                        .transferLeadership(next, RaftCluster.PATIENCE)
                        .join());

        assertThat(cluster.leader(S1)).isEqualTo(next);
        assertThat(cluster.machine(next, S1).leaderships()).last().asString().contains("self");
    }

    /** Ratis alone does not listen to it, and the leader leads on for as long as it turns writes away for a transfer that failed. */
    @Test
    void aVoterThatJoinedUnderALeaderEndsItsLeadershipByALaterTerm() throws Exception {
        cluster.close();
        // The leader is to stay until it is told to go.
        cluster = RaftCluster.start(
                directory.resolve("patient"),
                3,
                options -> RaftClusterOptions.withTimeouts(options, Duration.ofSeconds(4), Duration.ofSeconds(8)));
        NodeId leader = addLearner();
        RatisReplica leading = (RatisReplica) cluster.replica(leader, S1);
        Leadership leadership = requireNonNull(leading.leadershipOrNull());
        FollowerInfo told = requireNonNull(leadership.senderOrNull(Positions.toRatis(N4)))
                .appender()
                .getFollower();
        long term = leading.status().term();

        assertThat(leadership.onFollowerTerm(told, term + 1)).isFalse();
        makeTheLearnerAVoter();
        assertThat(leadership.onFollowerTerm(told, term)).isFalse();
        assertThat(leading.status().leads()).isTrue();
        assertThat(leadership.onFollowerTerm(told, term + 1)).isTrue();

        await().atMost(RaftCluster.PATIENCE)
                .until(() -> cluster.replica(cluster.leader(S1), S1).status().term() > term);
        cluster.apply(S1, "a");
    }

    /** Its vote is needed, and Ratis alone lets nobody vote who has not heard that he is a voter. */
    @Test
    void aLearnerMadeAVoterByALeaderThatDiesVotesBeforeItHearsOfIt() throws Exception {
        NodeId leader = addLearner();

        cluster.isolate(N4);
        makeTheLearnerAVoter();
        assertThat(LearnerVote.isNeeded(divisionOf(N4))).isTrue();
        assertTheOthersGoOnWithItsVoteWithout(leader);
    }

    @Test
    void soDoesOneThatRestarted() throws Exception {
        NodeId leader = addLearner();

        cluster.kill(N4);
        makeTheLearnerAVoter();
        cluster.isolate(N4);
        cluster.restart(N4);
        assertThat(divisionOf(N4).getInfo().getCurrentRole()).isEqualTo(RaftPeerRole.LISTENER);
        assertTheOthersGoOnWithItsVoteWithout(leader);
    }

    private void assertTheOthersGoOnWithItsVoteWithout(NodeId leader) {
        cluster.kill(leader);
        cluster.heal();
        cluster.apply(S1, "b");
        cluster.awaitTexts(N4, S1, List.of("a", "b"));
    }

    @Test
    void aLearnerVotesOnceInATermAndNotAgainstItsOwnLog() throws Exception {
        addLearner();
        cluster.isolate(N4);
        RaftServer.Division learner = divisionOf(N4);
        long term = learner.getInfo().getCurrentTerm();
        TermIndex last = learner.getRaftLog().getLastEntryTermIndex();
        TermIndex before = TermIndex.valueOf(last.getTerm(), last.getIndex() - 1);

        assertThat(vote(learner, "n1", term + 1, before, true)).isFalse();
        assertThat(vote(learner, "n1", term, last, true)).isFalse();
        assertThat(vote(learner, "n1", term + 1, last, false)).isFalse();
        assertThat(learner.getInfo().getCurrentTerm()).isEqualTo(term);
        assertThat(vote(learner, "n1", term + 1, last, true)).isTrue();
        assertThat(vote(learner, "n1", term + 1, last, true)).isTrue();
        assertThat(vote(learner, "n2", term + 1, last, true)).isFalse();
        assertThat(vote(learner, "n2", term, last, true)).isFalse();

        cluster.kill(N4);
        cluster.restart(N4);
        RaftServer.Division restarted = divisionOf(N4);
        assertThat(restarted.getInfo().getCurrentTerm()).isEqualTo(term + 1);
        assertThat(vote(restarted, "n2", term + 1, last, true)).isFalse();
        assertThat(vote(restarted, "n2", term + 2, last, true)).isTrue();
    }

    private static boolean vote(
            RaftServer.Division division, String candidate, long term, TermIndex last, boolean mayGrant)
            throws IOException {
        RequestVoteRequestProto request = RequestVoteRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(RaftPeerId.valueOf(candidate).toByteString()))
                .setCandidateTerm(term)
                .setCandidateLastEntry(last.toProto())
                .build();
        return LearnerVote.answer(division, request, mayGrant).getServerReply().getSuccess();
    }

    /** A group of three that holds "a", and a learner that does. */
    private NodeId addLearner() throws Exception {
        NodeId leader = cluster.create(S1);
        cluster.apply(S1, "a");
        List<Member> three = cluster.members(cluster.nodes());
        cluster.addNode(N4);
        cluster.host(N4).create(S1, List.of());
        change(new Membership(three, List.of()), new Membership(three, List.of(cluster.member(N4))));
        cluster.awaitTexts(N4, S1, List.of("a"));
        return leader;
    }

    private void makeTheLearnerAVoter() throws Exception {
        List<Member> joiner = List.of(cluster.member(N4));
        List<Member> four = cluster.members(cluster.nodes());
        List<Member> three =
                four.stream().filter(member -> !member.node().equals(N4)).toList();
        change(new Membership(three, joiner), new Membership(four, List.of()));
    }

    private RaftServer.Division divisionOf(NodeId node) {
        return requireNonNull(((RatisReplica) cluster.replica(node, S1)).divisionOrNull());
    }

    private void change(Membership expected, Membership wanted) throws Exception {
        assertThat(cluster.host(cluster.leader(S1))
                        .changeMembers(S1, expected, wanted)
                        .get(60, TimeUnit.SECONDS))
                .isEqualTo(new ChangeOutcome.Changed());
    }
}

package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ReadBarrierTest {
    private static final BarrierOutcome PASSED = new BarrierOutcome.Passed();

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Set<String> voters = Set.of("me", "b", "c");
    private final ReadBarrier<String> barrier = new ReadBarrier<>("me", this::isMajority, new RaftMeters(registry));
    private final FakeFollower b = new FakeFollower("b");
    private final FakeFollower c = new FakeFollower("c");

    private boolean isMajority(Predicate<String> fulfils) {
        return voters.stream().filter(fulfils).count() > voters.size() / 2;
    }

    private static final class FakeFollower implements ReadBarrier.Follower<String> {
        private final String name;
        private long next;
        private int triggered;
        private Runnable proven = () -> {};

        FakeFollower(String name) {
            this.name = name;
        }

        long send() {
            return next++;
        }

        @Override
        public String voter() {
            return name;
        }

        @Override
        public long nextCallId() {
            return next;
        }

        @Override
        public void ask(Runnable task) {
            triggered++;
            proven = task;
        }
    }

    @BeforeEach
    void follow() {
        barrier.add(b);
        barrier.add(c);
    }

    @Test
    void aReplyToAnEarlierRequestProvesNothing() {
        long early = b.send();
        CompletableFuture<BarrierOutcome> outcome = barrier.pass(wait -> {});

        barrier.onConfirmed(b, early);
        assertThat(outcome).isNotDone();

        assertThat(b.triggered).isEqualTo(1);
        barrier.onConfirmed(b, b.send());
        assertThat(outcome).isCompletedWithValue(PASSED);
    }

    @Test
    void aProofThatIsNoReplyCountsForTheRoundThatAskedForItAlone() {
        CompletableFuture<BarrierOutcome> first = barrier.pass(wait -> {});
        CompletableFuture<BarrierOutcome> second = barrier.pass(wait -> {});
        Runnable ofFirst = b.proven;
        Runnable ofFirstLate = c.proven;
        ofFirst.run();
        assertThat(first).isCompletedWithValue(PASSED);
        assertThat(b.triggered).isEqualTo(2);

        ofFirst.run();
        ofFirstLate.run();
        assertThat(second).as("asked for before it began").isNotDone();

        c.proven.run();
        assertThat(second).isCompletedWithValue(PASSED);
    }

    @Test
    void oneVotersProofsCountOnce() {
        voters = Set.of("me", "b", "c", "d", "e");
        CompletableFuture<BarrierOutcome> outcome = barrier.pass(wait -> {});
        b.proven.run();
        b.proven.run();
        barrier.onConfirmed(b, b.send());
        assertThat(outcome).isNotDone();
        c.proven.run();
        assertThat(outcome).isCompletedWithValue(PASSED);
    }

    @Test
    void whoArrivesDuringARoundWaitsForTheNext() {
        CompletableFuture<BarrierOutcome> first = barrier.pass(wait -> {});
        long duringFirst = b.send();
        CompletableFuture<BarrierOutcome> second = barrier.pass(wait -> {});
        CompletableFuture<BarrierOutcome> third = barrier.pass(wait -> {});

        barrier.onConfirmed(b, duringFirst);

        assertThat(first).isCompletedWithValue(PASSED);
        assertThat(second).isNotDone();
        barrier.onConfirmed(c, c.send());
        assertThat(second).isCompletedWithValue(PASSED);
        assertThat(third).isCompletedWithValue(PASSED);
    }

    @Test
    void oneFollowerTwiceIsNoMajorityOfFive() {
        voters = Set.of("me", "b", "c", "d", "e");
        CompletableFuture<BarrierOutcome> outcome = barrier.pass(wait -> {});

        barrier.onConfirmed(b, b.send());
        barrier.onConfirmed(b, b.send());
        assertThat(outcome).isNotDone();

        barrier.onConfirmed(c, c.send());
        assertThat(outcome).isCompletedWithValue(PASSED);
    }

    @Test
    void aLearnersReplyDoesNotCount() {
        FakeFollower learner = new FakeFollower("learner");
        barrier.add(learner);
        CompletableFuture<BarrierOutcome> outcome = barrier.pass(wait -> {});

        barrier.onConfirmed(learner, learner.send());

        assertThat(outcome).isNotDone();
    }

    @Test
    void aSingleVoterPassesAtOnce() {
        voters = Set.of("me");

        assertThat(barrier.pass(wait -> {})).isCompletedWithValue(PASSED);
    }

    @Test
    void anEndedLeadershipPassesNobody() {
        CompletableFuture<BarrierOutcome> running = barrier.pass(wait -> {});
        CompletableFuture<BarrierOutcome> next = barrier.pass(wait -> {});

        barrier.end();
        barrier.onConfirmed(b, b.send());

        BarrierOutcome notLeader = new BarrierOutcome.NotLeader(null);
        assertThat(running).isCompletedWithValue(notLeader);
        assertThat(next).isCompletedWithValue(notLeader);
        voters = Set.of("me");
        assertThat(barrier.pass(wait -> {})).isCompletedWithValue(notLeader);
    }

    @Test
    void aRoundThatIsGivenUpMakesRoomForTheNext() {
        CompletableFuture<BarrierOutcome> stuck = barrier.pass(wait -> {});
        CompletableFuture<BarrierOutcome> next = barrier.pass(wait -> {});

        barrier.giveUp(stuck);

        assertThat(stuck).isCompletedWithValue(new BarrierOutcome.TimedOut());
        barrier.onConfirmed(c, c.send());
        assertThat(next).isCompletedWithValue(PASSED);
    }

    @Test
    void aSenderThatReplacesAnotherCountsFromItsFirstRequest() {
        for (int i = 0; i < 500; i++) {
            b.send();
        }
        CompletableFuture<BarrierOutcome> outcome = barrier.pass(wait -> {});
        FakeFollower again = new FakeFollower("b");
        barrier.add(again);

        barrier.onConfirmed(again, again.send());

        assertThat(outcome).isCompletedWithValue(PASSED);
    }

    @Test
    void aRoundCountsTheReadsThatShareIt() {
        var _ = barrier.pass(wait -> {});
        var _ = barrier.pass(wait -> {});
        var _ = barrier.pass(wait -> {});

        barrier.onConfirmed(b, b.send());
        barrier.onConfirmed(c, c.send());

        DistributionSummary reads = registry.get("titan_raft_barrier_reads").summary();
        assertThat(reads.count()).as("rounds").isEqualTo(2);
        assertThat(reads.totalAmount()).as("reads").isEqualTo(3);
        assertThat(registry.get("titan_raft_barrier_seconds").timer().count()).isEqualTo(2);
    }
}

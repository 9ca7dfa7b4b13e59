package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
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
        CompletableFuture<BarrierOutcome> outcome = barrier.pass();

        barrier.onConfirmed(b, early);
        assertThat(outcome).isNotDone();

        assertThat(b.triggered).isEqualTo(1);
        barrier.onConfirmed(b, b.send());
        assertThat(outcome).isCompletedWithValue(PASSED);
    }

    @Test
    void aProofThatIsNoReplyCountsForTheRoundThatAskedForItAlone() {
        CompletableFuture<BarrierOutcome> first = barrier.pass();
        CompletableFuture<BarrierOutcome> second = barrier.pass();
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
        CompletableFuture<BarrierOutcome> outcome = barrier.pass();
        b.proven.run();
        b.proven.run();
        barrier.onConfirmed(b, b.send());
        assertThat(outcome).isNotDone();
        c.proven.run();
        assertThat(outcome).isCompletedWithValue(PASSED);
    }

    @Test
    void whoArrivesDuringARoundWaitsForTheNext() {
        CompletableFuture<BarrierOutcome> first = barrier.pass();
        long duringFirst = b.send();
        CompletableFuture<BarrierOutcome> second = barrier.pass();
        CompletableFuture<BarrierOutcome> third = barrier.pass();

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
        CompletableFuture<BarrierOutcome> outcome = barrier.pass();

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
        CompletableFuture<BarrierOutcome> outcome = barrier.pass();

        barrier.onConfirmed(learner, learner.send());

        assertThat(outcome).isNotDone();
    }

    @Test
    void aSingleVoterPassesAtOnce() {
        voters = Set.of("me");

        assertThat(barrier.pass()).isCompletedWithValue(PASSED);
    }

    @Test
    void anEndedLeadershipPassesNobody() {
        CompletableFuture<BarrierOutcome> running = barrier.pass();
        CompletableFuture<BarrierOutcome> next = barrier.pass();

        barrier.end();
        barrier.onConfirmed(b, b.send());

        BarrierOutcome notLeader = new BarrierOutcome.NotLeader(null);
        assertThat(running).isCompletedWithValue(notLeader);
        assertThat(next).isCompletedWithValue(notLeader);
        voters = Set.of("me");
        assertThat(barrier.pass()).isCompletedWithValue(notLeader);
    }

    @Test
    void whoWaitsForTooLongIsGivenUpAndMakesRoomForTheNext() {
        CompletableFuture<BarrierOutcome> stuck = barrier.pass();
        long between = System.nanoTime();
        CompletableFuture<BarrierOutcome> next = barrier.pass();

        barrier.giveUpSinceBefore(between);

        assertThat(stuck).isCompletedWithValue(new BarrierOutcome.TimedOut());
        assertThat(next).isNotDone();
        barrier.onConfirmed(c, c.send());
        assertThat(next).isCompletedWithValue(PASSED);
    }

    @Test
    void whoWaitsForTheNextRoundIsGivenUpToo() {
        CompletableFuture<BarrierOutcome> running = barrier.pass();
        CompletableFuture<BarrierOutcome> next = barrier.pass();

        barrier.giveUpSinceBefore(System.nanoTime() + 1);

        assertThat(running).isCompletedWithValue(new BarrierOutcome.TimedOut());
        assertThat(next).isCompletedWithValue(new BarrierOutcome.TimedOut());
        CompletableFuture<BarrierOutcome> later = barrier.pass();
        barrier.onConfirmed(c, c.send());
        assertThat(later).isCompletedWithValue(PASSED);
    }

    @Test
    void theReadersOfABurstShareARoundThatBeginsAfterTheLastOfThem() {
        List<CompletableFuture<BarrierOutcome>> readers = new ArrayList<>();
        Burst.run(() -> {
            readers.add(barrier.pass());
            barrier.onConfirmed(b, b.send());
            readers.add(barrier.pass());
            assertThat(b.triggered)
                    .as("nobody is asked before the last reader came")
                    .isZero();
        });
        assertThat(b.triggered).isEqualTo(1);
        assertThat(readers).noneMatch(CompletableFuture::isDone);

        b.proven.run();
        assertThat(readers).allSatisfy(reader -> assertThat(reader).isCompletedWithValue(PASSED));
    }

    @Test
    void aSenderThatReplacesAnotherCountsFromItsFirstRequest() {
        for (int i = 0; i < 500; i++) {
            b.send();
        }
        CompletableFuture<BarrierOutcome> outcome = barrier.pass();
        FakeFollower again = new FakeFollower("b");
        barrier.add(again);

        barrier.onConfirmed(again, again.send());

        assertThat(outcome).isCompletedWithValue(PASSED);
    }

    @Test
    void aRoundCountsTheReadsThatShareIt() {
        var _ = barrier.pass();
        var _ = barrier.pass();
        var _ = barrier.pass();

        barrier.onConfirmed(b, b.send());
        barrier.onConfirmed(c, c.send());

        DistributionSummary reads = registry.get("titan_raft_barrier_reads").summary();
        assertThat(reads.count()).as("rounds").isEqualTo(2);
        assertThat(reads.totalAmount()).as("reads").isEqualTo(3);
        assertThat(registry.get("titan_raft_barrier_seconds").timer().count()).isEqualTo(2);
    }
}

package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EntryPaceTest {
    private static final long MILLI = 1_000_000;

    private final ManualTime time = new ManualTime();
    private final ProposerOptions options = new ProposerOptions(100, 50_000, 4, 20_000, 50, 1_000, 10);
    private final EntryPace pace = new EntryPace(options);

    private long waitNanos(int entriesInFlight, int queuedOperations) {
        return pace.waitNanos(time.read(), entriesInFlight, queuedOperations, 100L);
    }

    private void load(int operations) {
        load(operations, 0);
    }

    /** Entries of so many writes are answered, each after 10 ms, while some wait, until that is the smoothed picture. */
    private void load(int operations, int waiting) {
        for (int i = 0; i < 60; i++) {
            time.advance(Duration.ofMillis(10));
            pace.onAnswered(time.read(), operations, 10 * MILLI, waiting);
        }
    }

    @Test
    void aLoneWriteNeverWaits() {
        assertThat(waitNanos(0, 1)).isZero();
        load(1);
        assertThat(waitNanos(0, 1)).isZero();
        load(3);
        assertThat(waitNanos(0, 1)).as("three in an entry are no load").isZero();
    }

    @Test
    void whileAnEntryIsInFlightOnlyManyWritesOrBytesAreWorthAnother() {
        assertThat(waitNanos(1, 49)).isEqualTo(EntryPace.UNTIL_ANSWERED);
        assertThat(waitNanos(1, 50)).isZero();
        assertThat(pace.waitNanos(time.read(), 1, 2, 999)).isEqualTo(EntryPace.UNTIL_ANSWERED);
        assertThat(pace.waitNanos(time.read(), 1, 2, 1_000)).isZero();
    }

    @Test
    void thoseWhoWereAnsweredHaveTwiceAnEntrysTimeToComeBack() {
        load(10);
        assertThat(waitNanos(0, 8)).isBetween(17 * MILLI, 20 * MILLI);
        assertThat(waitNanos(0, 9)).as("nearly all are back").isZero();
        time.advance(Duration.ofMillis(12));
        assertThat(waitNanos(0, 8)).isBetween(5 * MILLI, 8 * MILLI);
        time.advance(Duration.ofMillis(8));
        assertThat(waitNanos(0, 1)).as("they do not come").isZero();
    }

    @Test
    void whoWaitedMeanwhileGoesWithThem() {
        load(8, 8);
        assertThat(waitNanos(0, 8)).as("only those who waited").isPositive();
        assertThat(waitNanos(0, 14)).isZero();
    }

    @Test
    void neverLongerThanTheMost() {
        for (int i = 0; i < 60; i++) {
            pace.onAnswered(time.read(), 10, Duration.ofSeconds(1).toNanos(), 0);
        }
        assertThat(waitNanos(0, 1)).isEqualTo(EntryPace.PATIENCE_MAX.toNanos());
    }

    @Test
    void aLoadThatIsOverKeepsNobodyWaiting() {
        load(10);
        load(1);
        assertThat(waitNanos(0, 1)).isZero();
    }

    @Test
    void whoIsTurnedAwayComesBackAboutWhenTheQueueHasGone() {
        load(10);
        assertThat(pace.retryAfter(0)).isEqualTo(Duration.ofMillis(5));
        assertThat(pace.retryAfter(100)).isBetween(Duration.ofMillis(20), Duration.ofMillis(35));
        assertThat(pace.retryAfter(1_000_000)).isEqualTo(Duration.ofSeconds(1));
    }
}

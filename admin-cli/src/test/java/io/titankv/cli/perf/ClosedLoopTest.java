package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.cli.perf.ClosedLoop.Load;
import io.titankv.cli.perf.ClosedLoop.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** All times but those of {@code fill} are of a simulated clock. */
class ClosedLoopTest {
    private static final long MILLI = 1_000_000;

    private static Load load(int inFlight) {
        return new Load(
                Kind.WRITE, inFlight, 10, Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(1), 1);
    }

    @Test
    void soManyAreUnderWayAndTheWarmUpIsNotMeasured() {
        SimulatedTarget target = new SimulatedTarget(10 * MILLI, 0, 0);
        Outcome outcome = ClosedLoop.run(target, load(4), target);
        assertThat(target.inFlightMost()).isEqualTo(4);
        assertThat(outcome.seconds()).isEqualTo(2);
        // Four every 10 ms.
        assertThat(outcome.latencies().getTotalCount()).isEqualTo(800);
        assertThat(outcome.latencies().getValueAtPercentile(50)).isBetween(10 * MILLI, 11 * MILLI);
        assertThat(outcome.failed()).isZero();
        assertThat(outcome.failures()).isEmpty();
    }

    @Test
    void whatIsNotAnsweredIsAFailure() {
        SimulatedTarget target = new SimulatedTarget(3600 * 1000 * MILLI, 0, 0);
        Outcome outcome = ClosedLoop.run(target, load(4), target);
        assertThat(outcome.latencies().getTotalCount()).isZero();
        assertThat(outcome.failed()).isEqualTo(4);
        assertThat(outcome.failures()).singleElement().asString().contains("4 operations were not answered");
    }

    @Test
    void readsThatFindNothingAndThoseThatFailAreCounted() {
        SimulatedTarget target = new SimulatedTarget(10 * MILLI, 0, 0);
        AtomicInteger asked = new AtomicInteger();
        Target sometimes = (kind, index, completion) -> {
            if (asked.getAndIncrement() % 4 == 0) {
                throw new IllegalStateException("away");
            }
            target.begin(kind, index, new Target.Completion() {
                @Override
                public void done(boolean found) {
                    completion.done(false);
                }

                @Override
                public void failed(Throwable failure) {
                    completion.failed(failure);
                }
            });
        };
        Load reads = new Load(Kind.READ, 1, 10, Duration.ZERO, Duration.ofMillis(300), Duration.ofSeconds(1), 1);
        Outcome outcome = ClosedLoop.run(sometimes, reads, target);
        // Three answers, 10 ms each, between two failures.
        assertThat(outcome.latencies().getTotalCount()).isEqualTo(30);
        assertThat(outcome.absent()).isEqualTo(30);
        assertThat(outcome.failed()).isEqualTo(10);
        assertThat(outcome.failures()).containsExactly("10 x IllegalStateException: away");
    }

    @Test
    void aFillWritesEveryKeyOnceAndCountsWhatItCouldNot() {
        List<Integer> written = new ArrayList<>();
        Outcome outcome = ClosedLoop.fill(
                (kind, index, completion) -> {
                    assertThat(kind).isEqualTo(Kind.WRITE);
                    if (index == 2) {
                        completion.failed(new IllegalStateException("full"));
                    } else {
                        written.add(index);
                        completion.done(true);
                    }
                },
                5,
                2);
        assertThat(written).containsExactly(0, 1, 3, 4);
        assertThat(outcome.failed()).isEqualTo(1);
        assertThat(outcome.failures()).containsExactly("1 x IllegalStateException: full");
    }
}

package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** All times are those of a simulated clock. */
class GeneratorTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;

    private final Recording recording = new Recording(0);

    private Generator generator(SimulatedTarget target, Pace pace) {
        return generator(target, target, pace, recording);
    }

    private static Generator generator(Target target, Timing timing, Pace pace, Recording recording) {
        return new Generator(target, pace, new Mix(1, 0), () -> 0, new SplittableRandom(1), timing, recording);
    }

    private Histogram latencies() {
        recording.cutRest();
        return recording.total(Kind.READ);
    }

    @Nested
    class OpenLoop {
        @Test
        void operationsStartAtTheirTimes() {
            SimulatedTarget target = new SimulatedTarget(MILLI, 0, 0);
            Generator generator = generator(target, new Pace.Rate(1000, 100));
            assertThat(generator.run(0, SECOND)).isEqualTo(SECOND);
            assertThat(target.begunNanos())
                    .isEqualTo(
                            LongStream.range(0, 1000).mapToObj(i -> i * MILLI).toList());
            assertThat(generator.drain(2 * SECOND)).isZero();
            assertThat(latencies().getTotalCount()).isEqualTo(1000);
            assertThat(generator.late()).isZero();
            assertThat(generator.unstarted()).isZero();
        }

        @Test
        void aStallShowsInTheLatenciesOfAllThatWereDueInIt() {
            // Two tenths of a second in which there is no answer, and room for all that is due meanwhile.
            SimulatedTarget target = new SimulatedTarget(MILLI, 400 * MILLI, 600 * MILLI);
            Generator generator = generator(target, new Pace.Rate(1000, 1000));
            generator.run(0, SECOND);
            generator.drain(2 * SECOND);
            Histogram latencies = latencies();
            assertThat(latencies.getTotalCount()).isEqualTo(1000);
            assertThat(latencies.getMaxValue()).isBetween(200 * MILLI, 202 * MILLI);
            // Of 1000 operations the 200 due in the stall waited for its end, each less than the one before.
            assertThat(latencies.getCountBetweenValues(2 * MILLI, SECOND)).isBetween(197L, 201L);
            assertThat(latencies.getValueAtPercentile(90)).isBetween(95 * MILLI, 105 * MILLI);
            assertThat(generator.late()).isZero();
        }

        @Test
        void theWaitForRoomIsInTheLatenciesAndCounted() {
            // The same stall, but only ten may be under way: those that are due after them are started late.
            SimulatedTarget target = new SimulatedTarget(MILLI, 400 * MILLI, 600 * MILLI);
            Generator generator = generator(target, new Pace.Rate(1000, 10));
            generator.run(0, SECOND);
            generator.drain(2 * SECOND);
            Histogram latencies = latencies();
            assertThat(target.inFlightMost()).isEqualTo(10);
            assertThat(latencies.getTotalCount()).isEqualTo(1000);
            assertThat(latencies.getMaxValue()).isBetween(190 * MILLI, 203 * MILLI);
            assertThat(latencies.getCountBetweenValues(2 * MILLI, SECOND)).isGreaterThan(197);
            assertThat(generator.late()).isBetween(180L, 220L);
            assertThat(generator.unstarted()).isZero();
        }

        @Test
        void whatIsNeverStartedIsCounted() {
            // Ten at once, each a tenth of a second: a hundred a second, of the thousand asked for.
            SimulatedTarget target = new SimulatedTarget(100 * MILLI, 0, 0);
            Generator generator = generator(target, new Pace.Rate(1000, 10));
            generator.run(0, SECOND);
            assertThat(target.begunNanos()).hasSize(100);
            assertThat(generator.unstarted()).isEqualTo(900);
            assertThat(generator.late()).isEqualTo(90);
            // One of the ten was answered just then.
            assertThat(generator.drain(SECOND)).isEqualTo(9);
            assertThat(generator.drain(2 * SECOND)).isZero();
            // The last was due at 99 ms, started at 909 ms and answered 100 ms later.
            assertThat(latencies().getMaxValue()).isBetween(909 * MILLI, 911 * MILLI);
        }

        @Test
        void theWarmUpLeavesNoTrace() {
            Recording afterWarmUp = new Recording(SECOND / 2);
            SimulatedTarget target = new SimulatedTarget(100 * MILLI, 0, 0);
            Generator generator = generator(target, target, new Pace.Rate(100, 100), afterWarmUp);
            generator.run(0, SECOND);
            generator.drain(2 * SECOND);
            afterWarmUp.cutRest();
            assertThat(target.begunNanos()).hasSize(100);
            assertThat(afterWarmUp.total(Kind.READ).getTotalCount()).isEqualTo(50);
        }
    }

    @Nested
    class ClosedLoop {
        @Test
        void asManyAreUnderWayAsAskedFor() {
            SimulatedTarget target = new SimulatedTarget(10 * MILLI, 0, 0);
            Generator generator = generator(target, new Pace.InFlight(4));
            generator.run(0, SECOND);
            assertThat(target.inFlightMost()).isEqualTo(4);
            assertThat(target.begunNanos()).hasSize(400);
            assertThat(generator.unstarted()).isZero();
        }

        @Test
        void aStallIsMetByNoMoreThanAreUnderWay() {
            SimulatedTarget target = new SimulatedTarget(MILLI, 400 * MILLI, 600 * MILLI);
            Generator generator = generator(target, new Pace.InFlight(4));
            generator.run(0, SECOND);
            generator.drain(2 * SECOND);
            assertThat(latencies().getCountBetweenValues(2 * MILLI, SECOND)).isEqualTo(4);
        }

        @Test
        void stopEndsIt() {
            SimulatedTarget target = new SimulatedTarget(MILLI, 0, 0);
            Generator[] itself = new Generator[1];
            Target stopping = (kind, index, completion) -> {
                target.begin(kind, index, completion);
                if (target.begunNanos().size() == 10) {
                    itself[0].stop();
                }
            };
            itself[0] = generator(stopping, target, new Pace.InFlight(1), recording);
            assertThat(itself[0].run(0, SECOND)).isEqualTo(9 * MILLI);
            assertThat(itself[0].isStopped()).isTrue();
        }

        @Test
        void failuresAreCountedByTheirCodeAndMakeRoom() {
            SimulatedTarget target = new SimulatedTarget(MILLI, 0, 0);
            Target failing = (kind, index, completion) -> target.begin(kind, index, new Target.Completion() {
                @Override
                public void done(boolean found) {
                    completion.failed(new IllegalStateException(
                            "no. " + target.begunNanos().size()));
                }

                @Override
                public void failed(Throwable failure) {
                    completion.failed(failure);
                }
            });
            Generator generator = generator(failing, target, new Pace.InFlight(1), recording);
            generator.run(0, 10 * MILLI);
            generator.drain(SECOND);
            assertThat(recording.errors().list())
                    .isEqualTo(List.of(new FailureCounts.Counted("IllegalStateException", 10, "no. 1")));
            assertThat(latencies().getTotalCount()).isZero();
        }

        @Test
        void aTargetThatThrowsFailsOnlyThatOperation() {
            SimulatedTarget target = new SimulatedTarget(MILLI, 0, 0);
            int[] begun = new int[1];
            Target throwing = (kind, index, completion) -> {
                if (++begun[0] == 3) {
                    throw new IllegalStateException("closed");
                }
                target.begin(kind, index, completion);
            };
            Generator generator = generator(throwing, target, new Pace.InFlight(1), recording);
            generator.run(0, 10 * MILLI);
            assertThat(target.begunNanos()).hasSize(10);
            assertThat(recording.failed()).isEqualTo(1);
        }
    }
}

package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads: answers that race with the thread that waits for them. */
class TimingTest {
    @Test
    @Timeout(120)
    void noAnswerIsMissedByWhoWaitsForIt() {
        try (ExecutorService answering = Executors.newFixedThreadPool(2)) {
            Timing timing = new Timing.OfThread();
            long start = timing.nanoTime();
            Recording recording = new Recording(start);
            long[] begun = new long[1];
            Generator[] itself = new Generator[1];
            Target target = (kind, index, completion) -> {
                if (++begun[0] == 200_000) {
                    itself[0].stop();
                }
                answering.execute(() -> completion.done(true));
            };
            itself[0] = new Generator(
                    target, new Pace.InFlight(2), new Mix(1, 1), () -> 0, new SplittableRandom(1), timing, recording);
            // A missed one would let it wait to the end of a day.
            itself[0].run(start, start + 86_400_000_000_000L);
            assertThat(itself[0].drain(timing.nanoTime() + 60_000_000_000L)).isZero();
            recording.cutRest();
            assertThat(recording.total(Kind.READ).getTotalCount()
                            + recording.total(Kind.WRITE).getTotalCount())
                    .isEqualTo(200_000);
        }
    }
}

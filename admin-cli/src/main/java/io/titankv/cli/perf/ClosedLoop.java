package io.titankv.cli.perf;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/**
 * So many operations of one kind under way at once on anything that can be a {@link Target}: the loop of {@code titan perf}, for
 * programs that compare systems. Its methods are for one thread, which starts the operations.
 */
public final class ClosedLoop {
    private ClosedLoop() {}

    /**
     * What is put on a target. Immutable.
     *
     * @param inFlightMax operations under way at once, 1 or more
     * @param keys indexes are drawn from 0 to this, exclusive, all alike
     * @param warmUp operations begun in this time are not measured
     * @param time how long it is measured
     * @param patience how long the last answers are waited for
     * @param seed the same seed draws the same indexes
     */
    public record Load(
            Kind kind, int inFlightMax, int keys, Duration warmUp, Duration time, Duration patience, long seed) {}

    /**
     * What was measured. Immutable, but for the histogram, which nobody changes.
     *
     * @param seconds how long it was measured
     * @param latencies of the operations that succeeded, in nanoseconds
     * @param absent those of them that were reads and found nothing
     * @param failed operations that failed or were not answered
     * @param failures why, the most frequent first, for people
     */
    public record Outcome(double seconds, Histogram latencies, long absent, long failed, List<String> failures) {
        public Outcome {
            failures = List.copyOf(failures);
        }
    }

    /** Runs it from its warm-up to its last answer. */
    public static Outcome run(Target target, Load load) {
        return run(target, load, new Timing.OfThread());
    }

    static Outcome run(Target target, Load load, Timing timing) {
        long startNanos = timing.nanoTime();
        long fromNanos = startNanos + load.warmUp().toNanos();
        Recording recording = new Recording(fromNanos);
        SplittableRandom random = new SplittableRandom(load.seed());
        Generator generator = new Generator(
                target,
                new Pace.InFlight(load.inFlightMax()),
                load.kind() == Kind.READ ? new Mix(1, 0) : new Mix(0, 1),
                Distribution.uniform.over(load.keys(), random.split()),
                random,
                timing,
                recording);
        long end = generator.run(startNanos, fromNanos + load.time().toNanos());
        long unanswered = generator.drain(timing.nanoTime() + load.patience().toNanos());
        if (unanswered > 0) {
            recording.failed(end, new Unanswered(unanswered));
        }
        recording.cutRest();
        return new Outcome(
                (end - fromNanos) / 1e9,
                recording.total(load.kind()),
                recording.absent(),
                recording.failed() + Math.max(0, unanswered - 1),
                words(recording.errors()));
    }

    /** Writes every index below {@code keys} once, so many at a time. */
    public static Outcome fill(Target target, int keys, int inFlightMax) {
        Filler filler = new Filler(target, keys, inFlightMax);
        long startNanos = System.nanoTime();
        filler.run(() -> {});
        return new Outcome(
                (System.nanoTime() - startNanos) / 1e9,
                Recording.emptyHistogram(),
                0,
                filler.failed(),
                words(filler.errors()));
    }

    private static List<String> words(FailureCounts counts) {
        return counts.list().stream()
                .map(counted -> counted.count() + " x " + counted.code() + ": " + counted.example())
                .toList();
    }

    /** Operations that were given up at the end. */
    private static final class Unanswered extends Exception {
        Unanswered(long operations) {
            super(operations + " operations were not answered");
        }
    }
}

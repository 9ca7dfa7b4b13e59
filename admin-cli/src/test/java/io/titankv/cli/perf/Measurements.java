package io.titankv.cli.perf;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/** Made-up results. */
final class Measurements {
    private static final long MICRO = 1000;

    private Measurements() {}

    static RunSettings settings() {
        return new RunSettings(
                List.of("127.0.0.1:7400"),
                new Mix(50, 50),
                100,
                1000,
                "perf-",
                Distribution.zipf,
                1,
                new Pace.InFlight(64),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                "linearizable",
                false,
                Duration.ofSeconds(10),
                true);
    }

    /** Half reads, half writes, whose rate and latency scatter by a tenth about these. */
    static RunMeasurement of(int seconds, int perSecond, int micros, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Histogram reads = Recording.emptyHistogram();
        Histogram writes = Recording.emptyHistogram();
        List<Second> series = new ArrayList<>();
        for (int i = 1; i <= seconds; i++) {
            series.add(new Second(
                    i,
                    1,
                    second(reads, perSecond / 2, micros, random),
                    second(writes, perSecond / 2, micros * 3, random),
                    0));
        }
        return new RunMeasurement(
                settings(),
                Instant.parse("2026-11-21T10:00:00Z"),
                seconds,
                false,
                reads,
                writes,
                3,
                0,
                0,
                0,
                0,
                List.of(),
                series);
    }

    static RunMeasurement withErrors(RunMeasurement result) {
        List<Second> series = new ArrayList<>(result.series());
        Second first = series.getFirst();
        series.set(0, new Second(first.endSeconds(), first.seconds(), first.reads(), first.writes(), 2));
        return new RunMeasurement(
                result.settings(),
                result.startedAt(),
                result.seconds(),
                true,
                result.reads(),
                result.writes(),
                result.absent(),
                4,
                5,
                6,
                7,
                List.of(new FailureCounts.Counted("TIMED_OUT", 2, "no answer from \"n1\" <within> 10 s & more")),
                series);
    }

    private static Latencies second(Histogram whole, int perSecond, int micros, SplittableRandom random) {
        Histogram histogram = Recording.emptyHistogram();
        long operations = Math.round(perSecond * random.nextDouble(0.9, 1.1));
        double centre = micros * random.nextDouble(0.9, 1.1);
        for (int i = 0; i < operations; i++) {
            // A tail of one in a hundred.
            double factor = random.nextInt(100) == 0 ? random.nextDouble(5, 20) : random.nextDouble(0.5, 2);
            histogram.recordValue(Math.round(centre * factor * MICRO));
        }
        whole.add(histogram);
        return Latencies.of(histogram);
    }
}

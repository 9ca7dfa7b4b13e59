package io.titankv.cli.perf;

import java.time.Instant;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What a run measured. Immutable, but for the histograms, which nobody changes.
 *
 * @param seconds from the end of the warm-up to the last start
 * @param isInterrupted ended before its time
 * @param reads latencies of those that succeeded, nanoseconds from when they were due
 * @param absent reads that found nothing
 * @param late operations that could not be started in time
 * @param unstarted operations that were due and never started
 * @param unanswered operations that were given up at the end
 * @param loadFailed keys that could not be written before
 */
record RunMeasurement(
        RunSettings settings,
        Instant startedAt,
        double seconds,
        boolean isInterrupted,
        Histogram reads,
        Histogram writes,
        long absent,
        long late,
        long unstarted,
        long unanswered,
        long loadFailed,
        List<FailureCounts.Counted> errors,
        List<Second> series) {

    Histogram of(Kind kind) {
        return switch (kind) {
            case READ -> reads;
            case WRITE -> writes;
        };
    }

    Histogram all() {
        Histogram all = reads.copy();
        all.add(writes);
        return all;
    }

    /** Operations that succeeded. */
    long operations() {
        return reads.getTotalCount() + writes.getTotalCount();
    }

    long failed() {
        return errors.stream().mapToLong(FailureCounts.Counted::count).sum();
    }

    /** So many of these a second. */
    double rate(long operations) {
        return seconds > 0 ? operations / seconds : 0;
    }
}

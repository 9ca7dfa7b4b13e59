package io.titankv.cli.perf;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * What became of the operations that were due from a certain time on; those before are the warm-up and leave no trace. Latencies
 * are of operations that succeeded. Thread-safe; recording takes no lock and allocates nothing.
 */
final class Recording {
    /** Half a microsecond is told from none; a day is the longest. */
    private static final long DISCERNIBLE_NANOS = 1000;

    private static final long LATENCY_NANOS_MAX = TimeUnit.HOURS.toNanos(25);
    private static final int DIGITS = 3;
    /** A shorter rest at the end makes no second of its own. */
    private static final long SECOND_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(500);

    /** Latencies of one kind: since the last second ended, and of all before. */
    private static final class Channel {
        final Recorder recorder = new Recorder(DISCERNIBLE_NANOS, LATENCY_NANOS_MAX, DIGITS);
        final Histogram total = emptyHistogram();
        /** Guarded by the recording. */
        @Nullable
        Histogram spare;

        Latencies cut() {
            Histogram interval = recorder.getIntervalHistogram(spare);
            spare = interval;
            total.add(interval);
            return Latencies.of(interval);
        }
    }

    private final long fromNanos;
    private final Map<Kind, Channel> channels = new EnumMap<>(Kind.class);
    private final LongAdder absent = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final FailureCounts errors = new FailureCounts();
    /** Guarded by this; as many as a run has seconds. */
    private final List<Second> series = new ArrayList<>();

    private long cutNanos;
    private long failedBefore;

    /** @param fromNanos operations that are due from then on are measured */
    Recording(long fromNanos) {
        this.fromNanos = fromNanos;
        this.cutNanos = fromNanos;
        for (Kind kind : Kind.values()) {
            channels.put(kind, new Channel());
        }
    }

    static Histogram emptyHistogram() {
        return new Histogram(DISCERNIBLE_NANOS, LATENCY_NANOS_MAX, DIGITS);
    }

    private Channel channel(Kind kind) {
        return Objects.requireNonNull(channels.get(kind));
    }

    boolean isMeasured(long dueNanos) {
        return dueNanos - fromNanos >= 0;
    }

    void succeeded(Kind kind, long dueNanos, long latencyNanos, boolean found) {
        if (!isMeasured(dueNanos)) {
            return;
        }
        channel(kind).recorder.recordValue(Math.clamp(latencyNanos, 0, LATENCY_NANOS_MAX));
        if (!found) {
            absent.increment();
        }
    }

    void failed(long dueNanos, Throwable failure) {
        if (isMeasured(dueNanos)) {
            errors.count(failure);
            failed.increment();
        }
    }

    /**
     * Ends a second: what was answered since the last one ended is its.
     *
     * @return the second; null when it is too short for one, and only adds to the whole
     */
    synchronized @Nullable Second cut(long nowNanos) {
        Latencies reads = channel(Kind.READ).cut();
        Latencies writes = channel(Kind.WRITE).cut();
        long failedNow = failed.sum();
        long failedSince = failedNow - failedBefore;
        failedBefore = failedNow;
        long length = nowNanos - cutNanos;
        cutNanos = nowNanos;
        if (length < SECOND_NANOS_MIN) {
            return null;
        }
        Second second = new Second((nowNanos - fromNanos) / 1e9, length / 1e9, reads, writes, failedSince);
        series.add(second);
        return second;
    }

    /** Adds what came since the last second, but to no second. */
    synchronized void cutRest() {
        channel(Kind.READ).cut();
        channel(Kind.WRITE).cut();
    }

    synchronized List<Second> series() {
        return List.copyOf(series);
    }

    /** All latencies up to the last cut. */
    synchronized Histogram total(Kind kind) {
        return channel(kind).total.copy();
    }

    /** Reads that found nothing. */
    long absent() {
        return absent.sum();
    }

    long failed() {
        return failed.sum();
    }

    FailureCounts errors() {
        return errors;
    }
}

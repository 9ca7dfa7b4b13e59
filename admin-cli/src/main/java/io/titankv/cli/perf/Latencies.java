package io.titankv.cli.perf;

import org.HdrHistogram.Histogram;

/**
 * The figures of a histogram of latencies. Immutable.
 *
 * @param count operations that succeeded; when there are none, all others are 0
 */
record Latencies(
        long count, double meanNanos, long p50Nanos, long p90Nanos, long p99Nanos, long p999Nanos, long maxNanos) {
    static final Latencies NONE = new Latencies(0, 0, 0, 0, 0, 0, 0);

    static Latencies of(Histogram nanos) {
        if (nanos.getTotalCount() == 0) {
            return NONE;
        }
        return new Latencies(
                nanos.getTotalCount(),
                nanos.getMean(),
                nanos.getValueAtPercentile(50),
                nanos.getValueAtPercentile(90),
                nanos.getValueAtPercentile(99),
                nanos.getValueAtPercentile(99.9),
                nanos.getMaxValue());
    }
}

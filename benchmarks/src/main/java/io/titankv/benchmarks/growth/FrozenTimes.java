package io.titankv.benchmarks.growth;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** How long ranges that changed hands were served by nobody: the nodes' histograms of it, added up. For one thread. */
final class FrozenTimes {
    private static final String BUCKET = "titan_shard_frozen_seconds_bucket{";
    private static final String BOUND = "le=\"";

    /** Seconds, and how many took no longer. */
    private final NavigableMap<Double, Long> within = new TreeMap<>();

    /** Adds what a node shows in Prometheus' text format. */
    void add(String exposition) {
        exposition.lines().filter(line -> line.startsWith(BUCKET)).forEach(line -> {
            int bound = line.indexOf(BOUND) + BOUND.length();
            String seconds = line.substring(bound, line.indexOf('"', bound));
            double count = Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            within.merge(
                    seconds.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(seconds),
                    (long) count,
                    Long::sum);
        });
    }

    /** By name: how many there were, and the least bounds of buckets below which half and 99 % of them are; infinite: above all. */
    Map<String, Object> figures() {
        Map.Entry<Double, Long> all = within.lastEntry();
        long count = all == null ? 0 : all.getValue();
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("freezes", count);
        figures.put("p50_ms_at_most", millisBelow(count, 0.5));
        figures.put("p99_ms_at_most", millisBelow(count, 0.99));
        return figures;
    }

    private Object millisBelow(long count, double part) {
        return within.entrySet().stream()
                .filter(bucket -> count > 0 && bucket.getValue() >= part * count)
                .map(Map.Entry::getKey)
                .findFirst()
                .<Object>map(seconds -> seconds.isInfinite() ? "more" : Math.round(seconds * 1_000))
                .orElse("none");
    }
}

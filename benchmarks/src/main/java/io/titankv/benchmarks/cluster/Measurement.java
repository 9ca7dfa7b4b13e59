package io.titankv.benchmarks.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.titankv.benchmarks.comparison.Figures;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What one step showed of one system: one JSON line. Immutable.
 *
 * @param figures numbers by name, in the order of the line; their names carry the unit
 */
record Measurement(Subject subject, Map<String, Double> figures) {
    static final String OPS_PER_SECOND = "ops_per_second";
    static final String P50_US = "p50_us";
    static final String P99_US = "p99_us";
    static final String P999_US = "p999_us";
    /** Operations that failed, found nothing, or found another value; of all runs together. */
    static final String ERRORS = "errors";

    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<String> NUMBERS_OF_SUBJECT = Set.of("shards", "in_flight", "value_bytes");

    /**
     * What was measured, without what came out.
     *
     * @param workload the label of a workload, or the name of a ratio
     */
    record Subject(String system, String workload, int shards, int inFlight, int valueBytes) {}

    Measurement {
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }

    /** The figures of a rate, and latencies given in nanoseconds. */
    static Map<String, Double> rates(double seconds, Histogram latencies, long errors) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(OPS_PER_SECOND, latencies.getTotalCount() / seconds);
        figures.put(P50_US, latencies.getValueAtPercentile(50) / 1e3);
        figures.put(P99_US, latencies.getValueAtPercentile(99) / 1e3);
        figures.put(P999_US, latencies.getValueAtPercentile(99.9) / 1e3);
        figures.put(ERRORS, (double) errors);
        return figures;
    }

    @Nullable
    Double figureOrNull(String name) {
        return figures.get(name);
    }

    String toJson() {
        ObjectNode line = JSON.createObjectNode()
                .put("system", subject.system)
                .put("workload", subject.workload)
                .put("shards", subject.shards)
                .put("in_flight", subject.inFlight)
                .put("value_bytes", subject.valueBytes);
        figures.forEach((name, figure) -> line.put(name, Figures.rounded(figure)));
        return line.toString();
    }

    /** @throws IllegalArgumentException when {@code line} is not what {@link #toJson} wrote */
    static Measurement parse(String line) {
        JsonNode node;
        try {
            node = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a line of JSON: " + line, e);
        }
        if (!node.path("system").isTextual() || !node.path("workload").isTextual()) {
            throw new IllegalArgumentException("not a measurement: " + line);
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        node.properties().forEach(field -> {
            if (field.getValue().isNumber() && !NUMBERS_OF_SUBJECT.contains(field.getKey())) {
                figures.put(field.getKey(), field.getValue().asDouble());
            }
        });
        Subject subject = new Subject(
                node.path("system").asText(),
                node.path("workload").asText(),
                node.path("shards").asInt(),
                node.path("in_flight").asInt(),
                node.path("value_bytes").asInt());
        return new Measurement(subject, figures);
    }
}

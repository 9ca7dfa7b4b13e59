package io.titankv.benchmarks.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.titankv.benchmarks.comparison.Figures;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What one workload showed of one system: one JSON line. Immutable.
 *
 * @param figures numbers by name, in the order of the line; their names carry the unit
 */
record Measurement(String system, String workload, int threads, Shape shape, Map<String, Double> figures) {
    static final String OPS_PER_SECOND = "ops_per_second";
    static final String P50_US = "p50_us";
    static final String P99_US = "p99_us";
    static final String SECONDS = "seconds";
    static final String READS_PER_OPERATION = "reads_per_operation";
    static final String READ_BYTES_PER_OPERATION = "read_bytes_per_operation";
    static final String BYTES_PER_KEY = "bytes_per_key";
    static final String SPACE_AMPLIFICATION = "space_amplification";
    static final String GET_P99_US = "get_p99_us";
    static final String PUT_P99_US = "put_p99_us";
    /** Before the name of a figure: the same while nothing went on beside. */
    static final String QUIET = "quiet_";

    private static final JsonMapper JSON = new JsonMapper();

    /** What was measured, without what came out. */
    record Subject(String system, String workload, int threads, Shape shape) {}

    Measurement {
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }

    /** The figures of a rate: operations a second, and latencies given in nanoseconds. */
    static Map<String, Double> rates(long operations, long nanos, Histogram latencies) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(OPS_PER_SECOND, operations * 1e9 / nanos);
        figures.put(P50_US, micros(latencies, 50));
        figures.put(P99_US, micros(latencies, 99));
        return figures;
    }

    static double micros(Histogram nanos, double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e3;
    }

    Subject subject() {
        return new Subject(system, workload, threads, shape);
    }

    String toJson() {
        ObjectNode line = JSON.createObjectNode()
                .put("system", system)
                .put("workload", workload)
                .put("threads", threads)
                .put("key_bytes", shape.keyBytes())
                .put("value_bytes", shape.valueBytes())
                .put("keys", shape.keys());
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
        Map<String, Double> figures = new LinkedHashMap<>();
        node.properties().forEach(field -> {
            if (field.getValue().isNumber() && !isSubject(field.getKey())) {
                figures.put(field.getKey(), field.getValue().asDouble());
            }
        });
        if (!node.path("system").isTextual() || !node.path("workload").isTextual()) {
            throw new IllegalArgumentException("not a measurement: " + line);
        }
        return new Measurement(
                node.path("system").asText(),
                node.path("workload").asText(),
                node.path("threads").asInt(),
                new Shape(
                        node.path("keys").asInt(),
                        node.path("key_bytes").asInt(),
                        node.path("value_bytes").asInt()),
                figures);
    }

    private static boolean isSubject(String field) {
        return switch (field) {
            case "threads", "key_bytes", "value_bytes", "keys" -> true;
            default -> false;
        };
    }
}

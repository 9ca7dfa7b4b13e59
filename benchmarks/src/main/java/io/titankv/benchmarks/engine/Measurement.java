package io.titankv.benchmarks.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one workload showed of one system: one JSON line. Immutable.
 *
 * @param figures numbers by name, in the order of the line; their names carry the unit
 */
record Measurement(
        String system, String workload, int threads, int valueBytes, long keys, Map<String, Double> figures) {
    static final String OPS_PER_SECOND = "ops_per_second";
    static final String P50_US = "p50_us";
    static final String P99_US = "p99_us";

    private static final JsonMapper JSON = new JsonMapper();
    /** More digits than that are noise. */
    private static final MathContext DIGITS = new MathContext(5);

    /** What was measured, without what came out. */
    record Subject(String system, String workload, int threads, int valueBytes, long keys) {}

    Measurement {
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }

    Subject subject() {
        return new Subject(system, workload, threads, valueBytes, keys);
    }

    String toJson() {
        ObjectNode line = JSON.createObjectNode()
                .put("system", system)
                .put("workload", workload)
                .put("threads", threads)
                .put("value_bytes", valueBytes)
                .put("keys", keys);
        figures.forEach((name, figure) -> line.put(name, rounded(figure)));
        return line.toString();
    }

    /** Five digits, and whole numbers without a point. */
    private static BigDecimal rounded(double figure) {
        BigDecimal rounded = new BigDecimal(figure).round(DIGITS).stripTrailingZeros();
        return rounded.scale() < 0 ? rounded.setScale(0) : rounded;
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
                node.path("value_bytes").asInt(),
                node.path("keys").asLong(),
                figures);
    }

    private static boolean isSubject(String field) {
        return switch (field) {
            case "threads", "value_bytes", "keys" -> true;
            default -> false;
        };
    }
}

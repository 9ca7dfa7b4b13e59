package io.titankv.cli.perf;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The form of a result in files. Histograms are HdrHistogram's own compressed form in base64, as its other tools read it; figures
 * beside them are for people and are not read again. Pure functions.
 */
final class RunJson {
    /** Which form it is; another form gets another name. */
    static final String FORMAT = "titan-perf-1";

    private RunJson() {}

    /** As {@link io.titankv.cli.common.Json} takes it. */
    static Map<String, @Nullable Object> of(RunMeasurement result) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("started_at", result.startedAt().toString());
        json.put("settings", SettingsJson.of(result.settings()));
        json.put("seconds", result.seconds());
        json.put("interrupted", result.isInterrupted());
        json.put("operations", result.operations());
        json.put("operations_per_second", result.rate(result.operations()));
        json.put("late", result.late());
        json.put("unstarted", result.unstarted());
        json.put("unanswered", result.unanswered());
        json.put("load_failed", result.loadFailed());
        json.put("reads", kind(result, Kind.READ));
        json.put("writes", kind(result, Kind.WRITE));
        json.put("errors", result.errors().stream().map(RunJson::error).toList());
        json.put("series", result.series().stream().map(RunJson::second).toList());
        return json;
    }

    private static Map<String, @Nullable Object> kind(RunMeasurement result, Kind kind) {
        Histogram histogram = result.of(kind);
        Map<String, @Nullable Object> json = new LinkedHashMap<>(latencies(Latencies.of(histogram)));
        json.put("per_second", result.rate(histogram.getTotalCount()));
        if (kind == Kind.READ) {
            json.put("absent", result.absent());
        }
        json.put("histogram_nanos", encode(histogram));
        return json;
    }

    private static Map<String, @Nullable Object> latencies(Latencies latencies) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("operations", latencies.count());
        json.put("mean_us", latencies.meanNanos() / 1e3);
        json.put("p50_us", latencies.p50Nanos() / 1e3);
        json.put("p90_us", latencies.p90Nanos() / 1e3);
        json.put("p99_us", latencies.p99Nanos() / 1e3);
        json.put("p999_us", latencies.p999Nanos() / 1e3);
        json.put("max_us", latencies.maxNanos() / 1e3);
        return json;
    }

    private static Map<String, @Nullable Object> error(FailureCounts.Counted error) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("code", error.code());
        json.put("count", error.count());
        json.put("example", error.example());
        return json;
    }

    private static Map<String, @Nullable Object> second(Second second) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("end", second.endSeconds());
        json.put("seconds", second.seconds());
        json.put("errors", second.errors());
        json.put("reads", latencies(second.reads()));
        json.put("writes", latencies(second.writes()));
        return json;
    }

    static String encode(Histogram histogram) {
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes, Deflater.BEST_COMPRESSION);
        return Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(bytes.array(), length));
    }

    /**
     * Reads what {@link #of} wrote.
     *
     * @throws IllegalArgumentException with a line for people
     */
    static RunMeasurement read(JsonNode json) {
        if (!json.path("format").asText().equals(FORMAT)) {
            throw new IllegalArgumentException(
                    "it is not what 'titan perf run --out' writes (no \"format\": \"" + FORMAT + "\")");
        }
        List<FailureCounts.Counted> errors = new ArrayList<>();
        for (JsonNode error : array(json, "errors")) {
            errors.add(new FailureCounts.Counted(
                    field(error, "code").asText(),
                    field(error, "count").asLong(),
                    field(error, "example").asText()));
        }
        List<Second> series = new ArrayList<>();
        for (JsonNode second : array(json, "series")) {
            series.add(new Second(
                    field(second, "end").asDouble(),
                    field(second, "seconds").asDouble(),
                    readLatencies(field(second, "reads")),
                    readLatencies(field(second, "writes")),
                    field(second, "errors").asLong()));
        }
        return new RunMeasurement(
                SettingsJson.read(field(json, "settings")),
                Instant.parse(field(json, "started_at").asText()),
                field(json, "seconds").asDouble(),
                field(json, "interrupted").asBoolean(),
                decode(field(field(json, "reads"), "histogram_nanos").asText()),
                decode(field(field(json, "writes"), "histogram_nanos").asText()),
                field(field(json, "reads"), "absent").asLong(),
                field(json, "late").asLong(),
                field(json, "unstarted").asLong(),
                field(json, "unanswered").asLong(),
                field(json, "load_failed").asLong(),
                errors,
                series);
    }

    private static Latencies readLatencies(JsonNode json) {
        return new Latencies(
                field(json, "operations").asLong(),
                field(json, "mean_us").asDouble() * 1e3,
                nanos(json, "p50_us"),
                nanos(json, "p90_us"),
                nanos(json, "p99_us"),
                nanos(json, "p999_us"),
                nanos(json, "max_us"));
    }

    private static long nanos(JsonNode json, String name) {
        return Math.round(field(json, name).asDouble() * 1e3);
    }

    private static Histogram decode(String text) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
        } catch (DataFormatException | RuntimeException e) {
            throw new IllegalArgumentException("a histogram is damaged: " + e.getMessage(), e);
        }
    }

    static JsonNode field(JsonNode json, String name) {
        JsonNode value = json.get(name);
        if (value == null || value.isNull()) {
            throw new IllegalArgumentException("there is no \"" + name + "\"");
        }
        return value;
    }

    private static JsonNode array(JsonNode json, String name) {
        JsonNode value = field(json, name);
        if (!value.isArray()) {
            throw new IllegalArgumentException("\"" + name + "\" is no list");
        }
        return value;
    }

    static Duration seconds(JsonNode json, String name) {
        return Duration.ofNanos(Math.round(field(json, name).asDouble() * 1e9));
    }
}

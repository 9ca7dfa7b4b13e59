package io.titankv.cli.perf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The form of a run's settings in files, by the names of the options. Pure functions. */
final class SettingsJson {
    private SettingsJson() {}

    static Map<String, @Nullable Object> of(RunSettings settings) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("endpoints", settings.endpoints());
        json.put("mix", settings.mix().toString());
        json.put("value_size", settings.valueBytes());
        json.put("keys", settings.keys());
        json.put("key_prefix", settings.keyPrefix());
        json.put("dist", settings.distribution().name());
        json.put("conns", settings.connections());
        json.put("rate", settings.pace() instanceof Pace.Rate open ? open.perSecond() : null);
        json.put("in_flight", settings.pace().inFlightMax());
        json.put("for_seconds", settings.time().toNanos() / 1e9);
        json.put("warm_up_seconds", settings.warmUp().toNanos() / 1e9);
        json.put("level", settings.level());
        json.put("all_replicas", settings.allReplicas());
        json.put("timeout_seconds", settings.timeout().toNanos() / 1e9);
        json.put("load", settings.load());
        return json;
    }

    /** @throws IllegalArgumentException with a line for people */
    static RunSettings read(JsonNode json) {
        List<String> endpoints = new ArrayList<>();
        RunJson.field(json, "endpoints").forEach(endpoint -> endpoints.add(endpoint.asText()));
        int inFlight = RunJson.field(json, "in_flight").asInt();
        JsonNode rate = json.path("rate");
        return new RunSettings(
                endpoints,
                Mix.parse(RunJson.field(json, "mix").asText()),
                RunJson.field(json, "value_size").asInt(),
                RunJson.field(json, "keys").asInt(),
                RunJson.field(json, "key_prefix").asText(),
                Distribution.valueOf(RunJson.field(json, "dist").asText()),
                RunJson.field(json, "conns").asInt(),
                rate.isNumber() ? new Pace.Rate(rate.asDouble(), inFlight) : new Pace.InFlight(inFlight),
                RunJson.seconds(json, "for_seconds"),
                RunJson.seconds(json, "warm_up_seconds"),
                RunJson.field(json, "level").asText(),
                RunJson.field(json, "all_replicas").asBoolean(),
                RunJson.seconds(json, "timeout_seconds"),
                RunJson.field(json, "load").asBoolean());
    }

    /** In what two differ, each as {@code NAME: A and B}. Where the nodes are is no difference. */
    static List<String> differences(RunSettings a, RunSettings b) {
        Map<String, @Nullable Object> ofA = of(a);
        Map<String, @Nullable Object> ofB = of(b);
        List<String> differences = new ArrayList<>();
        ofA.forEach((name, value) -> {
            Object other = ofB.get(name);
            if (!name.equals("endpoints") && !name.equals("load") && !java.util.Objects.equals(value, other)) {
                differences.add(name + ": " + shown(value) + " and " + shown(other));
            }
        });
        return differences;
    }

    private static String shown(@Nullable Object value) {
        return value == null ? "none" : String.valueOf(value);
    }
}

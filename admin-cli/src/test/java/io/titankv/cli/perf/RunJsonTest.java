package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.titankv.cli.common.Json;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunJsonTest {
    private static JsonNode json(RunMeasurement result) throws Exception {
        return new ObjectMapper().readTree(Json.indented(RunJson.of(result)));
    }

    @Test
    void whatIsWrittenIsReadAgainExactly() throws Exception {
        RunMeasurement result = Measurements.withErrors(Measurements.of(10, 1000, 800, 1));
        RunMeasurement read = RunJson.read(json(result));
        assertThat(read.reads()).isEqualTo(result.reads());
        assertThat(read.writes()).isEqualTo(result.writes());
        assertThat(read.series())
                .usingRecursiveComparison()
                .withEqualsForType((a, b) -> Math.abs(a - b) < 1e-6 * Math.abs(a), Double.class)
                .isEqualTo(result.series());
        assertThat(read)
                .usingRecursiveComparison()
                .ignoringFields("reads", "writes", "series")
                .isEqualTo(result);
    }

    @Test
    void anOpenLoopIsReadAgain() throws Exception {
        RunSettings closed = Measurements.settings();
        RunSettings open = new RunSettings(
                closed.endpoints(),
                new Mix(0, 1),
                0,
                7,
                "ä-",
                Distribution.uniform,
                3,
                new Pace.Rate(12.5, 100),
                Duration.ofMillis(1500),
                Duration.ZERO,
                "any",
                true,
                Duration.ofMillis(250),
                false);
        assertThat(SettingsJson.read(new ObjectMapper().readTree(Json.line(SettingsJson.of(open)))))
                .isEqualTo(open);
    }

    @Test
    void figuresStandBesideTheHistograms() throws Exception {
        RunMeasurement result = Measurements.of(10, 1000, 800, 1);
        JsonNode reads = json(result).path("reads");
        assertThat(reads.path("p99_us").asDouble() * 1000)
                .isEqualTo((double) result.reads().getValueAtPercentile(99));
        assertThat(reads.path("operations").asLong()).isEqualTo(result.reads().getTotalCount());
        assertThat(json(result).path("series")).hasSize(10);
    }

    @Test
    void whatIsNoResultIsRefusedInWords() throws Exception {
        assertThatThrownBy(() -> RunJson.read(new ObjectMapper().readTree("{\"format\": 1}")))
                .hasMessageContaining("'titan perf run --out'");
        ObjectNode cut = (ObjectNode) json(Measurements.of(1, 10, 10, 1));
        cut.remove("series");
        assertThatThrownBy(() -> RunJson.read(cut)).hasMessage("there is no \"series\"");
        ObjectNode damaged = (ObjectNode) json(Measurements.of(1, 10, 10, 1));
        ((ObjectNode) damaged.path("reads")).put("histogram_nanos", "AAAA");
        assertThatThrownBy(() -> RunJson.read(damaged)).hasMessageContaining("histogram is damaged");
    }

    @Test
    void settingsThatDifferAreNamed() {
        RunSettings a = Measurements.settings();
        RunSettings b = new RunSettings(
                List.of("elsewhere:1"),
                a.mix(),
                1000,
                a.keys(),
                a.keyPrefix(),
                a.distribution(),
                a.connections(),
                new Pace.Rate(5, 64),
                a.time(),
                a.warmUp(),
                a.level(),
                a.allReplicas(),
                a.timeout(),
                false);
        assertThat(SettingsJson.differences(a, a)).isEmpty();
        assertThat(SettingsJson.differences(a, b)).containsExactly("value_size: 100 and 1000", "rate: none and 5.0");
    }
}

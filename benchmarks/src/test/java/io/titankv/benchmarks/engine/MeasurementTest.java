package io.titankv.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.benchmarks.comparison.Figures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasurementTest {
    private static Measurement measurement(double rate) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(Measurement.OPS_PER_SECOND, rate);
        figures.put(Measurement.P50_US, 0.5);
        figures.put(Measurement.P99_US, 12.25);
        return new Measurement("titan", "ycsb-a", 1, new Shape(1_000_000, 16, 100), figures);
    }

    @Test
    void aLineHasTheFieldsInOrder() {
        assertThat(measurement(1_234_567.8).toJson())
                .isEqualTo(
                        "{\"system\":\"titan\",\"workload\":\"ycsb-a\",\"threads\":1,\"key_bytes\":16,"
                            + "\"value_bytes\":100,\"keys\":1000000,\"ops_per_second\":1234600,\"p50_us\":0.5,\"p99_us\":12.25}");
    }

    @Test
    void aLineIsReadBack() {
        Measurement written = measurement(123_450);
        assertThat(Measurement.parse(written.toJson())).isEqualTo(written);
        assertThat(Measurement.parse(written.toJson()).toJson()).isEqualTo(written.toJson());
    }

    @Test
    void somethingElseIsRefused() {
        assertThatThrownBy(() -> Measurement.parse("{")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Measurement.parse("{}")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theMedianIsTakenOfEachFigure() {
        Medians medians = new Medians();
        for (double rate : new double[] {50, 10, 40}) {
            medians.add(measurement(rate));
        }
        assertThat(medians.medians()).containsExactly(measurement(40));
        assertThat(Figures.median(List.of(4.0, 1.0, 2.0, 9.0))).isEqualTo(3);
    }
}

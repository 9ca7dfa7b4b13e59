package io.titankv.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class MeasurementTest {
    private static final Measurement.Subject SUBJECT = new Measurement.Subject("titan", "put", 12, 256, 100);

    private static Measurement measurement(long operations, long errors) {
        Histogram nanos = new Histogram(1000, 1_000_000_000_000L, 3);
        for (int i = 0; i < operations; i++) {
            nanos.recordValue(2_000_000);
        }
        return new Measurement(SUBJECT, Measurement.rates(2, nanos, errors));
    }

    @Test
    void theLineHasTheFieldsThatArePromisedInTheirOrder() {
        assertThat(measurement(10, 1).toJson())
                .matches(
                        "\\{\"system\":\"titan\",\"workload\":\"put\",\"shards\":12,\"in_flight\":256,\"value_bytes\":100,"
                            + "\"ops_per_second\":5,\"p50_us\":200\\d.*,\"p99_us\":200\\d.*,\"p999_us\":200\\d.*,\"errors\":1}");
    }

    @Test
    void aLineIsReadBack() {
        Measurement read = Measurement.parse(measurement(10, 1).toJson());
        assertThat(read.subject()).isEqualTo(SUBJECT);
        assertThat(read.figures()).containsEntry(Measurement.ERRORS, 1.0).hasSize(5);
        assertThat(Measurement.parse(read.toJson())).isEqualTo(read);
    }

    @Test
    void somethingElseIsRefused() {
        assertThatThrownBy(() -> Measurement.parse("{")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Measurement.parse("{}")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theMedianIsTakenOfFiguresAndTheSumOfErrors() {
        Medians medians = new Medians();
        medians.add(measurement(50, 0));
        medians.add(measurement(10, 7));
        medians.add(measurement(40, 0));
        Map<String, Double> figures = medians.medians().getFirst().figures();
        assertThat(figures).containsEntry(Measurement.OPS_PER_SECOND, 20.0).containsEntry(Measurement.ERRORS, 7.0);
    }
}

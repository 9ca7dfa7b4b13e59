package io.titankv.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RatiosTest {
    private static final Shape SHAPE = new Shape(1000, 16, 100);

    private static Measurement rate(String system, String workload, int threads, double rate) {
        return new Measurement(system, workload, threads, SHAPE, Map.of(Measurement.OPS_PER_SECOND, rate));
    }

    private static List<Measurement> ratiosOf(Measurement... measurements) {
        List<Measurement> all = Ratios.appended(List.of(measurements));
        assertThat(all).startsWith(measurements);
        return all.subList(measurements.length, all.size());
    }

    @Test
    void severalThreadsAreComparedWithOneOfTheSameSystemAndShape() {
        Measurement other = new Measurement(
                "titan", "durable", 1, new Shape(1000, 256, 100), Map.of(Measurement.OPS_PER_SECOND, 1.0));
        List<Measurement> ratios = ratiosOf(
                other,
                rate("titan", "durable", 1, 100),
                rate("titan", "durable", 64, 2500),
                rate("rocksdb", "durable", 1, 50),
                rate("rocksdb", "durable", 64, 500));
        assertThat(ratios)
                .containsExactly(
                        new Measurement(
                                "titan",
                                "durable-threads",
                                64,
                                SHAPE,
                                Map.of(Ratios.RATIO, 25.0, Ratios.AT_LEAST, 20.0)),
                        new Measurement("rocksdb", "durable-threads", 64, SHAPE, Map.of(Ratios.RATIO, 10.0)));
    }

    @Test
    void theAimOfReadersIsForTwo() {
        List<Measurement> ratios =
                ratiosOf(rate("titan", "get", 1, 100), rate("titan", "get", 2, 180), rate("titan", "get", 4, 200));
        assertThat(ratios).extracting(Measurement::threads).containsExactly(2, 4);
        assertThat(ratios.getFirst().figures()).containsEntry(Ratios.RATIO, 1.8).containsKey(Ratios.AT_LEAST);
        assertThat(ratios.getLast().figures()).doesNotContainKey(Ratios.AT_LEAST);
        assertThat(ratiosOf(rate("titan", "get", 2, 180))).isEmpty();
    }

    @Test
    void mergingIsComparedWithQuietAndSpaceWithItsAim() {
        Measurement merge = new Measurement(
                "titan",
                "merge",
                1,
                SHAPE,
                Map.of(
                        Measurement.GET_P99_US,
                        3.0,
                        Measurement.QUIET + Measurement.GET_P99_US,
                        2.0,
                        Measurement.PUT_P99_US,
                        10.0,
                        Measurement.QUIET + Measurement.PUT_P99_US,
                        4.0,
                        Measurement.SPACE_AMPLIFICATION,
                        1.5));
        List<Measurement> ratios = ratiosOf(merge);
        assertThat(ratios)
                .extracting(Measurement::workload)
                .containsExactly("merge-get-p99", "merge-put-p99", "merge-space");
        assertThat(ratios)
                .extracting(ratio -> ratio.figures().get(Ratios.RATIO))
                .containsExactly(1.5, 2.5, 1.5);
        assertThat(ratios).allSatisfy(ratio -> assertThat(ratio.figures()).containsKey(Ratios.AT_MOST));
    }
}

package io.titankv.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.benchmarks.cluster.Measurement.Subject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RatiosTest {
    private static Measurement rate(String system, String workload, int shards, int inFlight, double rate) {
        return new Measurement(
                new Subject(system, workload, shards, inFlight, 100), Map.of(Measurement.OPS_PER_SECOND, rate));
    }

    private static Measurement ratio(String workload, int shards, int inFlight, Map<String, Double> figures) {
        return new Measurement(new Subject("titan", workload, shards, inFlight, 100), figures);
    }

    private static List<Measurement> ratiosOf(Measurement... measurements) {
        List<Measurement> all = Ratios.appended(List.of(measurements));
        assertThat(all).startsWith(measurements);
        return all.subList(measurements.length, all.size());
    }

    @Test
    void oneShardIsComparedWithOneRegionAndMoreWithTheMostRegions() {
        assertThat(ratiosOf(
                        rate("titan", "get", 1, 256, 200),
                        rate("titan", "get", 12, 256, 300),
                        rate("rheakv", "get", 1, 256, 100),
                        rate("rheakv", "get", 4, 256, 50)))
                .contains(
                        ratio("get-to-rheakv", 1, 256, Map.of(Ratios.RATIO, 2.0, Ratios.AT_LEAST, 2.0)),
                        ratio("get-to-rheakv", 12, 256, Map.of(Ratios.RATIO, 6.0, Ratios.AT_LEAST, 5.0)),
                        ratio("get-to-one-shard", 12, 256, Map.of(Ratios.RATIO, 1.5, Ratios.AT_LEAST, 0.6)));
    }

    @Test
    void theBestPeerIsNeverTheEcho() {
        assertThat(ratiosOf(
                        rate("titan", "put", 1, 64, 90),
                        rate("rheakv", "put", 4, 64, 60),
                        rate("etcd", "put", 1, 64, 100),
                        rate("echo", "put", 0, 64, 9000)))
                .containsExactly(ratio("put-to-best-peer", 1, 64, Map.of(Ratios.RATIO, 0.9, Ratios.AT_LEAST, 1.0)));
    }

    @Test
    void oneInFlightIsComparedByItsMedianLatency() {
        Measurement titan = ratio("put", 12, 1, Map.of(Measurement.P50_US, 300.0));
        Measurement etcd = new Measurement(new Subject("etcd", "put", 1, 1, 100), Map.of(Measurement.P50_US, 200.0));
        Measurement rheakv =
                new Measurement(new Subject("rheakv", "put", 4, 1, 100), Map.of(Measurement.P50_US, 400.0));
        assertThat(ratiosOf(titan, etcd, rheakv))
                .containsExactly(ratio("put-p50-to-best-peer", 12, 1, Map.of(Ratios.RATIO, 1.5, Ratios.AT_MOST, 1.0)));
    }

    @Test
    void unaryCallsAreComparedWithTheEchoAndTheAimIsForManyInFlight() {
        assertThat(ratiosOf(
                        rate("titan", "get-unary", 12, 256, 70),
                        rate("titan", "get-unary", 12, 1, 50),
                        rate("titan", "put-unary", 12, 256, 40),
                        rate("echo", "get-unary", 0, 256, 100),
                        rate("echo", "get-unary", 0, 1, 100),
                        rate("echo", "put-unary", 0, 256, 100)))
                .containsExactly(
                        ratio("get-unary-to-echo", 12, 256, Map.of(Ratios.RATIO, 0.7, Ratios.AT_LEAST, 0.6)),
                        ratio("get-unary-to-echo", 12, 1, Map.of(Ratios.RATIO, 0.5)),
                        ratio("put-unary-to-echo", 12, 256, Map.of(Ratios.RATIO, 0.4, Ratios.AT_LEAST, 0.35)));
    }

    @Test
    void largeValuesAreComparedWithTheDisk() {
        Subject titan = new Subject("titan", "put", 1, 256, 65536);
        Subject disk = new Subject(DiskWrites.SYSTEM, "put", 0, 256, 65536);
        assertThat(ratiosOf(
                        new Measurement(titan, Map.of(Measurement.OPS_PER_SECOND, 60.0)),
                        new Measurement(disk, Map.of(Measurement.OPS_PER_SECOND, 100.0))))
                .singleElement()
                .satisfies(line -> {
                    assertThat(line.subject().workload()).isEqualTo("put-to-disk");
                    assertThat(line.figures()).isEqualTo(Map.of(Ratios.RATIO, 0.6, Ratios.AT_LEAST, 0.5));
                });
    }

    @Test
    void withNothingToCompareWithThereIsNoLine() {
        assertThat(ratiosOf(rate("titan", "put", 1, 256, 1), rate("rheakv", "put", 1, 64, 1)))
                .isEmpty();
    }
}

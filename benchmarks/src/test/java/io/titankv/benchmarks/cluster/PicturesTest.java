package io.titankv.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.benchmarks.cluster.Measurement.Subject;
import io.titankv.benchmarks.comparison.Svg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PicturesTest {
    @TempDir
    private Path directory;

    private static Measurement measurement(String system, int shards, double rate) {
        return new Measurement(
                new Subject(system, "put", shards, 256, 100),
                Map.of(Measurement.OPS_PER_SECOND, rate, Measurement.P50_US, 1e6 / rate));
    }

    @Test
    void eachSystemHasABarAndRatiosHaveNone() throws Exception {
        List<Measurement> measurements = Ratios.appended(List.of(
                measurement("titan", 1, 20_000),
                measurement("titan", 12, 10_000),
                measurement("rheakv", 4, 5_000),
                measurement("etcd", 1, 4_000)));
        Pictures.write(measurements, directory.resolve("new"));
        Svg puts = Svg.parse(Files.readString(directory.resolve("new/put.svg")));
        assertThat(puts.texts())
                .contains("put, 256 in flight, 100 B", "20,000", "10,000  (0.500 x titan 1)", "rheakv 4", "etcd");
        // The background, and for each of four a bar and its place in the legend.
        assertThat(puts.count("rect")).isEqualTo(9);
        assertThat(directory.resolve("new"))
                .isDirectoryContaining("glob:**/latency.svg")
                .isDirectoryNotContaining("glob:**/get.svg")
                .isDirectoryNotContaining("glob:**/unary.svg");
    }
}

package io.titankv.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskWritesTest {
    @TempDir
    private Path directory;

    @Test
    void asManyBytesAreWrittenThreeTimesAsAreCounted() throws Exception {
        Measurement measurement = DiskWrites.measure(directory, 1000, 7, Duration.ofMillis(5));
        long bytes = Files.size(directory.resolve("copy-0"));
        assertThat(bytes).isPositive().isEqualTo(bytes / 7000 * 7000);
        assertThat(directory.resolve("copy-1")).hasSize(bytes);
        assertThat(directory.resolve("copy-2")).hasSize(bytes);
        assertThat(measurement.subject()).isEqualTo(new Measurement.Subject("disk", "put", 0, 7, 1000));
        assertThat(measurement.figures())
                .hasEntrySatisfying(
                        Measurement.OPS_PER_SECOND, rate -> assertThat(rate).isBetween(1.0, bytes / (1000 * 0.005)));
    }
}

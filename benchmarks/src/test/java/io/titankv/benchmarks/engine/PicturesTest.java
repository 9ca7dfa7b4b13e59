package io.titankv.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.benchmarks.comparison.Svg;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PicturesTest {
    private static final Shape SHAPE = new Shape(1000, 16, 100);
    private static final List<Measurement> MEASUREMENTS = List.of(
            measurement("titan", "get", 1, Measurement.OPS_PER_SECOND, 2_000_000),
            measurement("titan", "get", 2, Measurement.OPS_PER_SECOND, 3_000_000),
            measurement("rocksdb", "get", 1, Measurement.OPS_PER_SECOND, 1_000_000),
            measurement("titan", "cold-get", 1, Measurement.READS_PER_OPERATION, 1.25),
            measurement("titan", "range-drop", 1, Measurement.SECONDS, 0.01));

    @TempDir
    private Path directory;

    private static Measurement measurement(String system, String workload, int threads, String figure, double value) {
        return new Measurement(system, workload, threads, SHAPE, Map.of(figure, value));
    }

    @Test
    void aGroupOfWorkloadsIsAPictureAndOneOfWhichNothingWasMeasuredIsNone() throws Exception {
        Pictures.write(MEASUREMENTS, directory.resolve("new"));
        assertThat(directory.resolve("new"))
                .isDirectoryContaining("glob:**/rates.svg")
                .isDirectoryContaining("glob:**/cold.svg")
                .isDirectoryNotContaining("glob:**/durable.svg");
        Svg rates = Svg.parse(Files.readString(directory.resolve("new/rates.svg")));
        assertThat(rates.texts())
                .contains("get, 16+100 B", "get, 2 threads, 16+100 B", "3,000,000", "1,000,000  (0.500 x titan)");
    }

    @Test
    void aFileOfLinesIsDrawn() throws Exception {
        Path lines = directory.resolve("lines");
        Files.write(lines, MEASUREMENTS.stream().map(Measurement::toJson).toList());
        assertThat(EngineComparison.commandLine().execute("plot", lines.toString(), directory.toString()))
                .isZero();
        assertThat(Svg.parse(Files.readString(directory.resolve("cold.svg"))).texts())
                .contains("1.25", "reads an operation");
    }

    @Test
    void aFileThatIsNotThereOrNotOfLinesIsRefused() throws Exception {
        Path lines = directory.resolve("lines");
        StringWriter err = new StringWriter();
        CommandLine commandLine = EngineComparison.commandLine().setErr(new PrintWriter(err));
        assertThat(commandLine.execute("plot", lines.toString(), directory.toString()))
                .isEqualTo(2);
        Files.writeString(lines, "hello\n");
        assertThat(commandLine.execute("plot", lines.toString(), directory.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("no such file").contains("not a line of JSON");
    }
}

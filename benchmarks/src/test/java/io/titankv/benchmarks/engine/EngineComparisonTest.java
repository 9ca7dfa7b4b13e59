package io.titankv.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class EngineComparisonTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine commandLine = EngineComparison.commandLine();
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        return commandLine.execute(arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--peers=oracle",
                "--workloads=ycsb-z",
                "--keys=0",
                "--keys=many",
                "--key-bytes=15",
                "--key-bytes=16,512",
                "--value-bytes=15",
                "--value-bytes=100,16777217",
                "--threads=0",
                "--runs=0",
                "--operations=-1",
                "--merge-seconds=0",
                "--durable-seconds=0",
                "--nonsense"
            })
    void aWrongOptionIsRefusedBeforeAnythingRuns(String option) {
        assertThat(run(option)).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("Usage: benchmarks/engine");
    }

    @Test
    void helpNamesEveryWorkload() {
        assertThat(run("--help")).isZero();
        for (Workload workload : Workload.values()) {
            assertThat(out.toString()).contains(workload.label());
        }
    }

    @Test
    void measuresInAnotherJvmAndLeavesNothingBehind(@TempDir Path directory) throws IOException {
        int exit = run(
                "--peers=none",
                "--keys=1000",
                "--operations=1000",
                "--runs=1",
                "--threads=1",
                "--workloads=fill,get",
                "--dir=" + directory);
        assertThat(exit).as(err.toString()).isZero();
        List<Measurement> lines = out.toString().lines().map(Measurement::parse).toList();
        assertThat(lines).extracting(Measurement::workload).containsExactly("fill", "get");
        assertThat(lines)
                .allSatisfy(line -> assertThat(line.figures())
                        .containsOnlyKeys(Measurement.OPS_PER_SECOND, Measurement.P50_US, Measurement.P99_US));
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aRunThatFailsIsSaidSo(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(run("--peers=none", "--dir=" + file)).isNotZero();
        assertThat(out.toString()).isEmpty();
    }
}

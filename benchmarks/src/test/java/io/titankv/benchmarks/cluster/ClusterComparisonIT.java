package io.titankv.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@link LoadProgram} on real processes: three of Titan-KV, then three of the echo. */
final class ClusterComparisonIT {
    @TempDir
    private Path directory;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void everyWorkloadIsMeasuredAndNothingIsLeft() {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = ClusterComparison.commandLine();
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
        int exit = commandLine.execute(
                "--peers=echo",
                "--shards=2",
                "--in-flight=4",
                "--value-bytes=100",
                "--keys=300",
                "--runs=1",
                "--seconds=1",
                "--heat-seconds=1",
                "--dir=" + directory);
        assertThat(exit).as(err.toString()).isZero();
        List<Measurement> lines = out.toString().lines().map(Measurement::parse).toList();
        assertThat(lines)
                .extracting(
                        line -> line.subject().system() + " " + line.subject().workload())
                .contains(
                        "titan put",
                        "titan get",
                        "titan get-unary",
                        "titan put-unary",
                        "echo put",
                        "echo get",
                        "echo get-unary",
                        "echo put-unary");
        assertThat(lines)
                .filteredOn(line -> line.figureOrNull(Measurement.OPS_PER_SECOND) != null)
                .hasSize(8)
                .allSatisfy(line -> assertThat(line.figures())
                        .containsEntry(Measurement.ERRORS, 0.0)
                        .extractingByKey(Measurement.OPS_PER_SECOND)
                        .satisfies(rate -> assertThat(rate).isPositive()));
        assertThat(directory).isEmptyDirectory();
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive))
                .allMatch(before::contains);
    }
}

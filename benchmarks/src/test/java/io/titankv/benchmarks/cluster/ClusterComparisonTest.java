package io.titankv.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ClusterComparisonTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine commandLine = ClusterComparison.commandLine();
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        return commandLine.execute(arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--peers=oracle",
                "--workloads=scan",
                "--shards=0",
                "--shards=1025",
                "--regions=0",
                "--in-flight=0",
                "--in-flight=many",
                "--value-bytes=15",
                "--value-bytes=100,1048577",
                "--keys=0",
                "--runs=0",
                "--seconds=0",
                "--nonsense"
            })
    void aWrongOptionIsRefusedInOneLineBeforeAnythingRuns(String option) {
        assertThat(run(option)).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines()).hasSize(1);
    }

    @Test
    void whatIsWrongIsNamedWithItsLimit() {
        run("--value-bytes=15");
        assertThat(err.toString()).contains("value bytes must be 16 to 1048576: 15");
    }

    @Test
    void helpNamesEveryWorkload() {
        assertThat(run("--help")).isZero();
        for (Workload workload : Workload.values()) {
            assertThat(out.toString()).contains(workload.label());
        }
    }
}

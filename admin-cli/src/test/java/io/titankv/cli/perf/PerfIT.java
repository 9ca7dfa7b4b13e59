package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.client.ScanQuery;
import io.titankv.testing.TitanClusterExtension;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A load on three real nodes in this process. */
final class PerfIT {
    @RegisterExtension
    static final TitanClusterExtension titanCluster = TitanClusterExtension.nodes(3);

    @TempDir
    private Path directory;

    @Test
    void everyOperationThatIsDueIsAccountedFor() throws Exception {
        CommandLineFixture titan = new CommandLineFixture()
                .variable(
                        "TITAN_ENDPOINTS",
                        String.join(",", titanCluster.cluster().endpoints()));
        Path out = directory.resolve("run.json");
        Said said = titan.run(
                "perf",
                "run",
                "--load",
                "--keys",
                "200",
                "--rate",
                "100",
                "--mix",
                "1:1",
                "--for",
                "3s",
                "--warm-up",
                "1s",
                "--timeout",
                "60s",
                "--out",
                out.toString());
        assertThat(said.exitCode()).isZero();
        JsonNode result = new ObjectMapper().readTree(out.toFile());
        assertThat(result.path("load_failed").asLong()).isZero();
        assertThat(result.path("errors")).isEmpty();
        assertThat(result.path("unanswered").asLong()).isZero();
        assertThat(result.path("reads").path("absent").asLong()).isZero();
        assertThat(result.path("reads").path("operations").asLong()).isPositive();
        assertThat(result.path("writes").path("operations").asLong()).isPositive();
        // However slow the machine is: what was due in three seconds was answered, or is counted as never started.
        assertThat(result.path("operations").asLong() + result.path("unstarted").asLong())
                .isEqualTo(300);
        assertThat(titanCluster.client().count(ScanQuery.ALL).join()).isEqualTo(200);
    }
}

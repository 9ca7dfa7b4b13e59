package io.titankv.benchmarks.growth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class GrowthBenchmarkIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter complaints = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new GrowthBenchmark())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(complaints))
                .execute(arguments);
    }

    @Test
    void aSmallClusterGrowsAndItsShardIsSplit() throws Exception {
        int code = run(
                "--keys",
                "500",
                "--rate",
                "20",
                "--seconds",
                "2",
                "--shards",
                "3",
                "--splits",
                "1",
                "--calm",
                "3",
                "--dir",
                directory.toString());
        assertThat(code).as("%s", complaints).isZero();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            lines.add(JSON.readTree(line));
        }
        assertThat(lines.stream().map(line -> line.path("phase").asText()))
                .containsExactly("before", "joined", "splitting", "frozen");
        assertThat(lines.get(0).path("errors").asLong()).isZero();
        JsonNode joined = lines.get(1);
        assertThat(joined.path("replicas")).hasSize(5).allMatch(replicas -> replicas.asInt() > 0);
        assertThat(joined.path("replicas_moved").asInt()).isPositive();
        assertThat(lines.get(3).path("freezes").asInt()).isPositive();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aWrongOptionIsNamed() {
        assertThat(run("--keys", "many")).isEqualTo(2);
        assertThat(complaints.toString()).contains("--keys", "many");
    }
}

package io.titankv.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.cli.testing.FakeCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands, with a cluster that is one map. */
class PerfCommandTest {
    private final FakeCluster cluster = new FakeCluster();
    private final CommandLineFixture titan = new CommandLineFixture(cluster);

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        cluster.close();
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    @Test
    void aRunIsKeptDrawnAndCompared() throws Exception {
        for (String name : List.of("a", "b")) {
            Said said = titan.run(
                    "perf",
                    "run",
                    "--load",
                    "--keys",
                    "50",
                    "--mix",
                    "3:1",
                    "--in-flight",
                    "4",
                    "--for",
                    "2s",
                    "--warm-up",
                    "100ms",
                    "--out",
                    file(name + ".json"),
                    "--plot",
                    file(name + ".svg"),
                    "-o",
                    "table");
            assertThat(said.exitCode()).isZero();
            assertThat(said.out())
                    .contains("P99.9 MS", "reads", "writes", "all")
                    .doesNotContain("ERROR");
            assertThat(said.err())
                    .contains("loaded 50 keys", "3:1 reads:writes, 4 in flight, 50 keys (zipf)")
                    .doesNotContain("note:");
        }
        assertThat(cluster.size()).isEqualTo(50);
        JsonNode kept = new ObjectMapper().readTree(directory.resolve("a.json").toFile());
        long reads = kept.path("reads").path("operations").asLong();
        long writes = kept.path("writes").path("operations").asLong();
        assertThat((double) reads / (reads + writes)).isBetween(0.6, 0.9);
        assertThat(Files.readString(directory.resolve("a.svg")))
                .startsWith("<svg ")
                .contains("polyline");

        Said compared =
                titan.run("perf", "compare", file("a.json"), file("b.json"), "--plot", file("ab.svg"), "-o", "table");
        assertThat(compared.exitCode()).isZero();
        assertThat(compared.out()).contains("operations/s", "too short to say", "write p99 ms");
        assertThat(compared.err()).isEmpty();
        assertThat(Files.readString(directory.resolve("ab.svg"))).contains("B writes");
    }

    @Test
    void aResultIsOneJsonDocument() throws Exception {
        Said said = titan.run(
                "perf",
                "run",
                "--rate",
                "200",
                "--keys",
                "10",
                "--mix",
                "0:1",
                "--value-size",
                "33",
                "--for",
                "1s",
                "--warm-up",
                "0s",
                "--key-prefix",
                "load/",
                "--dist",
                "uniform",
                "--conns",
                "2",
                "-o",
                "json");
        assertThat(said.exitCode()).isZero();
        JsonNode result = new ObjectMapper().readTree(said.out());
        assertThat(result.path("settings").path("rate").asDouble()).isEqualTo(200);
        assertThat(result.path("writes").path("operations").asLong()
                        + result.path("unstarted").asLong())
                .isEqualTo(200);
        assertThat(cluster.value(io.titankv.model.Key.of("load/0000000003"))
                        .orElseThrow()
                        .size())
                .isEqualTo(33);
    }

    @Test
    void readsOfNothingAreTold() {
        Said said = titan.run("perf", "run", "--mix", "1:0", "--keys", "9", "--for", "100ms", "--warm-up", "0s");
        assertThat(said.exitCode()).isZero();
        assertThat(said.err()).contains("found no value: --load writes all keys first");
    }

    @Test
    void errorsAreCountedAndTheRunGoesOn() {
        cluster.refuseWrites(Integer.MAX_VALUE);
        Said said = titan.run(
                "perf",
                "run",
                "--mix",
                "0:1",
                "--timeout",
                "5s",
                "--in-flight",
                "3",
                "--for",
                "1s",
                "--warm-up",
                "0s",
                "-o",
                "table");
        assertThat(said.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(said.out()).contains("ERROR", "COUNT", "NO_LEADER");
        assertThat(said.err()).contains("no operation succeeded");
    }

    @Test
    void aClusterThatIsNotThereIsOneLine() {
        Said said = titan.run("perf", "run", "-e", "127.0.0.1:1");
        assertThat(said.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(said.err()).startsWith("titan: cannot reach 127.0.0.1:1: connection refused.");
    }

    @Test
    void nonsenseIsRefusedBeforeAnythingIsDone() {
        assertThat(usage("--mix", "50")).contains("write READS:WRITES");
        assertThat(usage("--rate", "0")).contains("above 0");
        assertThat(usage("--keys", "0")).contains("--keys is 1 to");
        assertThat(usage("--in-flight", "100000", "--value-size", "1000000")).contains("at most 128.0 MiB");
        assertThat(usage("--dist", "normal")).contains("normal");
        assertThat(usage("--warm-up", "5")).contains("write a time as");
        Said unwritable = titan.run("perf", "run", "--out", "/no/such/dir/a.json");
        assertThat(unwritable.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(unwritable.err()).contains("cannot write /no/such/dir/a.json: no such file");
        assertThat(cluster.size()).isZero();
    }

    private String usage(String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "perf";
        all[1] = "run";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        Said said = titan.run(all);
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        return said.err();
    }

    @Test
    void filesThatAreNoResultsAreNamed() throws Exception {
        Files.writeString(directory.resolve("no.json"), "nonsense");
        Files.writeString(directory.resolve("other.json"), "{}");
        Said nonsense = titan.run("perf", "compare", file("no.json"), file("no.json"));
        assertThat(nonsense.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(nonsense.err()).contains("no.json is not JSON");
        assertThat(titan.run("perf", "compare", file("other.json"), file("no.json"))
                        .err())
                .contains("other.json cannot be compared: it is not what 'titan perf run --out' writes");
        assertThat(titan.run("perf", "compare", file("none.json"), file("no.json"))
                        .err())
                .contains("cannot read", "no such file");
    }
}

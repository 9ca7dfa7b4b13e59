package io.titankv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.cli.common.ExitCode;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.cli.testing.FakeCluster;
import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BadUsageTest {
    private final CommandLineFixture titan = new CommandLineFixture();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nope | Unknown option: '--nope'",
                "cluster status --nope | Unknown option: '--nope'",
                "cluster stats | there is no 'titan cluster stats'; did you mean status or limits?",
                "cluster | which of: events, health, limits, ring, schedulers, status?",
                "node get | Missing required parameter: 'NODE'",
                "node get a b | 'b' is one argument too many",
                "cluster status --timeout 5 | write a time as 500ms, 10s, 2m or 1h, not '5'",
                "cluster status -o xml | choose table, plain, json, jsonl or raw, not 'xml'",
                "cluster status -e nowhere | write HOST:PORT",
                "shard locate --hex xyz | not hexadecimal",
                "shard locate --hex --base64 aa | mutually exclusive",
            })
    void isOneLineThatSaysWhatIsWrong(String line, String why) {
        Said said = titan.run(line.split(" "));
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.out()).isEmpty();
        assertThat(said.err()).startsWith("titan: ").contains(why).doesNotContain("\tat ");
        assertThat(said.err().lines()).hasSize(1);
    }

    @Test
    void anEmptyKeyIsRefusedBeforeAnyoneIsAsked() {
        Said said = titan.run("shard", "locate", "");
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err()).isEqualTo("titan: the key is empty: a key has 1 to 4096 bytes\n");
    }

    @Test
    void aBadVariableIsNamed() {
        Said said = titan.variable("TITAN_TIMEOUT", "soon").run("cluster", "status");
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err()).contains("'soon' (from TITAN_TIMEOUT)");
    }

    @Test
    void anOptionGivenBeatsTheVariable() {
        Said said = titan.variable("TITAN_TIMEOUT", "soon").run("cluster", "status", "--timeout", "later");
        assertThat(said.err()).contains("'later'").doesNotContain("TITAN_TIMEOUT");
    }

    @Test
    void nobodyListeningSaysWhatToDo() throws IOException {
        String endpoint;
        try (ServerSocket free = new ServerSocket(0)) {
            endpoint = "127.0.0.1:" + free.getLocalPort();
        }
        Said said = titan.run("cluster", "status", "-e", endpoint);
        assertThat(said.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(said.err())
                .isEqualTo(
                        "titan: cannot reach " + endpoint + ": connection refused. Start a cluster with 'titan up', or "
                                + "name its nodes with -e HOST:PORT\n");
        assertThat(titan.run("cluster", "status", "-v", "-e", endpoint).err()).contains("  caused by ");
    }

    @Test
    void anEndpointThatIsDownIsPassedOver() throws IOException {
        String dead;
        try (ServerSocket free = new ServerSocket(0)) {
            dead = "127.0.0.1:" + free.getLocalPort();
        }
        try (FakeCluster cluster = new FakeCluster()) {
            assertThat(titan.run("cluster", "status", "-e", dead + "," + cluster.endpoint())
                            .exitCode())
                    .isZero();
        }
    }

    @Test
    void noAnswerInTimeIsUnavailable() {
        try (FakeCluster cluster = new FakeCluster()) {
            cluster.fallSilent();
            Said said = titan.run("cluster", "status", "-e", cluster.endpoint(), "--timeout", "300ms");
            assertThat(said.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
            assertThat(said.err()).contains("within 300 ms. Give it longer with --timeout");
        }
    }

    @Test
    void helpIsNoError() {
        Said said = titan.run("cluster", "ring", "--help");
        assertThat(said.exitCode()).isZero();
        assertThat(said.out()).contains("Usage: titan cluster ring", "--svg=FILE", "--endpoints");
        assertThat(said.err()).isEmpty();
    }
}

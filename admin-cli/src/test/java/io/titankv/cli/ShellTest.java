package io.titankv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.cli.common.ExitCode;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.cli.testing.FakeCluster;
import io.titankv.model.Key;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The shell with commands from standard input. */
final class ShellTest {
    private final FakeCluster cluster = new FakeCluster();
    private final CommandLineFixture titan = new CommandLineFixture();

    @AfterEach
    void close() {
        cluster.close();
    }

    private Said shell(String lines) {
        return titan.input(lines).run("-e", cluster.endpoint(), "shell");
    }

    @Test
    void runsItsLinesAsCommandsWithItsOwnOptions() {
        Said said = shell("""
            # a comment

            data put greeting "hello  world"
            titan data get 'greeting'
            data get greeting -o json
            exit
            data put never reached
            """);
        assertThat(said.exitCode()).isZero();
        assertThat(said.out()).contains("greeting\tstored\t", "\nhello  world\n", "\"value\": \"hello  world\"");
        assertThat(cluster.size()).isEqualTo(1);
    }

    @Test
    void endsAtTheFirstCommandThatFails() {
        Said said = shell("data get nothing\ndata put a b\n");
        assertThat(said.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(cluster.size()).isZero();
    }

    @Test
    void anOpenQuotationMarkIsSaidWithItsLine() {
        Said said = shell("data put a b\ndata put c \"d\n");
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err()).contains("line 2: a quotation mark is not closed");
    }

    @Test
    void anEmptyValueIsAValue() {
        assertThat(shell("data put a \"\" \ndata put b ''").exitCode()).isZero();
        assertThat(cluster.value(Key.of("a")))
                .hasValueSatisfying(value -> assertThat(value).isEmpty());
        assertThat(cluster.value(Key.of("b")))
                .hasValueSatisfying(value -> assertThat(value).isEmpty());
    }

    @Test
    void linesFromAPipeAreNoPromptEvenWhenTheOutputIsATerminal() {
        titan.onTerminal(80);
        assertThat(shell("data put a b\n").exitCode()).isZero();
        assertThat(cluster.size()).isEqualTo(1);
    }

    @Test
    void doesNotRunItselfOrServers() {
        Said said = shell("shell\n");
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err()).contains("'shell' cannot be run inside the shell");
    }
}

package io.titankv.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Connections;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.Console.Terminal;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ServerSettingsTest {
    @TempDir
    private Path directory;

    private ServerSettings read(String name, String text) throws IOException {
        return ServerSettings.read(Files.writeString(directory.resolve(name), text));
    }

    @Test
    void propertiesAndJsonSayTheSame() throws IOException {
        ServerSettings properties = read("n1.properties", """
            # the first node
            node-id = n1
            join = a:1,b:2
            bootstrap = true
            shards = 12
            heal-after = 30s
            label.zone = east
            """);
        ServerSettings json = read("n1.json", """
            {"node-id": "n1", "join": ["a:1", "b:2"], "bootstrap": true, "shards": 12, "heal-after": "30s", "label": {"zone": "east"}}
            """);
        for (ServerSettings settings : new ServerSettings[] {properties, json}) {
            assertThat(settings.get("node-id")).contains("n1");
            assertThat(settings.get("join")).contains("a:1,b:2");
            assertThat(settings.get("bootstrap")).contains("true");
            assertThat(settings.get("shards")).contains("12");
            assertThat(settings.get("heal-after")).contains("30s");
            assertThat(settings.get("listen")).isEmpty();
            assertThat(settings.labels()).isEqualTo(Map.of("zone", "east"));
        }
    }

    @Test
    void aSettingThatThereIsNotIsNamed() {
        assertThatThrownBy(() -> read("n1.properties", "nodeid = n1"))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("there is no setting 'nodeid'; there are advertise-host, bootstrap, data-dir");
    }

    @Test
    void whatIsNoJsonIsNamedWithItsLine() {
        assertThatThrownBy(() -> read("n1.json", "{\n\"node-id\" \"n1\"}"))
                .hasMessageContaining("n1.json, line 2: not JSON");
        assertThatThrownBy(() -> read("n1.json", "[]")).hasMessageContaining("not a JSON object");
        assertThatThrownBy(() -> read("n1.json", "{\"node-id\": null}")).hasMessageContaining("'node-id' must be");
    }

    @Test
    void aServerSaysWhatIsMissingOrWrong() throws IOException {
        CommandLineFixture titan = new CommandLineFixture();
        assertUsage(titan.run("server"), "--data-dir is missing");
        String dir = directory.toString();
        assertUsage(titan.run("server", "--data-dir", dir), "--node-id is missing");
        assertUsage(titan.run("server", "--data-dir", dir, "--node-id", "n1"), "--join HOST:PORT,...");
        assertUsage(
                titan.run("server", "--data-dir", dir, "--node-id", "n1", "--bootstrap", "--shards", "x"),
                "shards must be a number, not 'x'");
        assertUsage(titan.run("server", "--data-dir", dir, "--node-id", "-", "--bootstrap"), "node id must be");
        for (String time : new String[] {"5", "0s", "-1s", "soon"}) {
            assertUsage(
                    titan.run("server", "--data-dir", dir, "--node-id", "n1", "--bootstrap", "--heal-after", time),
                    "heal-after is '" + time + "': write a time above 0 as 30s, 5m or 1h");
        }
        assertUsage(titan.run("server", "--config", "/no/such"), "cannot read /no/such: no such file");
        Files.writeString(directory.resolve("n1.properties"), "bootstrap = perhaps\nnode-id = n1\ndata-dir = " + dir);
        assertUsage(
                titan.run(
                        "server", "--config", directory.resolve("n1.properties").toString()),
                "bootstrap must be true or false, not 'perhaps'");
        assertUsage(titan.run("up", "--nodes", "2", "--replicas", "3", "--data-dir", dir), "replicas must be 1 to");
    }

    @Test
    void theTimeBeforeHealingIsTheOptionsOrTheFilesOrFiveMinutes() throws IOException {
        ServerSettings file = read("n1.properties", "heal-after = 30s");
        assertThat(healAfter(ServerSettings.NONE)).isEqualTo(Duration.ofMinutes(5));
        assertThat(healAfter(file)).isEqualTo(Duration.ofSeconds(30));
        assertThat(healAfter(file, "--heal-after", "1h")).isEqualTo(Duration.ofHours(1));
    }

    private Duration healAfter(ServerSettings settings, String... more) {
        Console console = new Console(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream(),
                Terminal.NONE,
                Map.of());
        try (Connections connections = new Connections()) {
            ServerCommand command = new ServerCommand(Context.of(console, connections));
            new CommandLine(command)
                    .parseArgs(Stream.concat(Stream.of("--node-id", "n1", "--bootstrap"), Stream.of(more))
                            .toArray(String[]::new));
            return command.options(settings, directory).healAfter();
        }
    }

    private static void assertUsage(Said said, String why) {
        assertThat(said.err()).contains(why);
        assertThat(said.err().lines()).hasSize(1);
        assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
    }
}

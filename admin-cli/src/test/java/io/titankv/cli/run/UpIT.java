package io.titankv.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code titan up} as people run it: a process of its own, told to end by a signal. */
final class UpIT {
    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();

    /** Those that a failed test has left. */
    @AfterEach
    void endAll() {
        started.forEach(Process::destroyForcibly);
    }

    /** A running {@code titan up}, and what it said until it was up. */
    private record Cluster(Process process, String said) {
        String endpoint() {
            return said.replaceAll("(?s).*nodes? at ([0-9.:]+).*", "$1");
        }

        void stop() throws InterruptedException {
            process.destroy();
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        }
    }

    private ProcessBuilder titan(String... arguments) {
        return titan("512m", arguments);
    }

    private ProcessBuilder titan(String heap, String[] arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx" + heap,
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "io.titankv.cli.Titan"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(directory.resolve("err").toFile());
    }

    private Cluster up(String... arguments) throws IOException {
        return up(titan(arguments).start());
    }

    private Cluster up(Process process) throws IOException {
        started.add(process);
        StringBuilder said = new StringBuilder();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            if (line.contains("Ctrl-C")) {
                return new Cluster(process, said.toString());
            }
        }
        throw new AssertionError("ended: " + said + Files.readString(directory.resolve("err")));
    }

    private List<String> left(String prefix) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .toList();
        }
    }

    @Test
    void dataIsKeptAndFoundAgain() throws Exception {
        String data = directory.resolve("data").toString();
        // A cluster comes back only at the addresses by which its nodes know each other.
        String port = Integer.toString(portsFrom());
        Cluster first = up("up", "--nodes", "1", "--shards", "2", "--port", port, "--data-dir", data);
        CommandLineFixture titan = new CommandLineFixture().variable("TITAN_ENDPOINTS", first.endpoint());
        assertThat(first.said()).contains("data is kept in " + data, "data put hello world");
        Said put = titan.run("data", "put", "hello", "world");
        assertThat(put.err()).isEmpty();
        Said taken = titan.run("store", "verify", data);
        assertThat(taken.exitCode()).isEqualTo(4);
        assertThat(taken.err()).contains("a node runs in " + data);
        first.stop();
        assertThat(Files.readString(directory.resolve("err"))).endsWith("stopping\nstopped\n");
        assertThat(titan.run("store", "verify", data).exitCode()).isZero();

        Cluster second = up("up", "--nodes", "1", "--shards", "2", "--port", port, "--data-dir", data);
        assertThat(second.said()).contains("found 1 key from before");
        assertThat(titan.run("data", "get", "hello").out()).isEqualTo("world\n");
        second.stop();
    }

    @Test
    void anEphemeralClusterLeavesNothing() throws Exception {
        Cluster cluster = up("up", "--nodes", "1", "--shards", "1", "--port", "0", "--ephemeral");
        assertThat(cluster.said()).contains("and is deleted at the end");
        assertThat(left("titan-")).hasSize(1);
        cluster.stop();
        assertThat(left("titan-")).isEmpty();
    }

    @Test
    void moreThanTheHeapIsWrittenAndAskedForInLargeValues() throws Exception {
        Cluster cluster = up(
                titan("160m", new String[] {"up", "--port", "0", "--ephemeral"}).start());
        CommandLineFixture titan = new CommandLineFixture().variable("TITAN_ENDPOINTS", cluster.endpoint());

        // 125 MiB on each of three nodes, through the logs of 36 replicas.
        Said run = titan.run(
                "perf",
                "run",
                "--load",
                "--keys",
                "1000",
                "--value-size",
                "131072",
                "--in-flight",
                "8",
                "--mix",
                "0:100",
                "--warm-up",
                "0s",
                "--for",
                "1s",
                "--timeout",
                "60s");

        assertThat(run.err()).contains("loaded 1,000 keys").doesNotContain("not loaded");
        assertThat(run.exitCode()).isZero();
        // 340 MiB, of which the caller takes nothing until all has been asked for.
        List<ByteString> keys = IntStream.range(0, 900)
                .mapToObj(i -> ByteString.copyFromUtf8("perf-%010d".formatted(i)))
                .toList();
        try (UnreadSession session = new UnreadSession(cluster.endpoint())) {
            for (int i = 0; i < 3; i++) {
                session.ask(keys, Duration.ofMinutes(4));
            }
            assertThat(titan.run("data", "get", "perf-0000000000").exitCode()).isZero();
            assertThat(session.results()).isZero();
            session.read();
            Awaitility.await().atMost(3, TimeUnit.MINUTES).until(() -> session.results() == 2_700);
        }
        assertThat(cluster.process().isAlive()).isTrue();
        cluster.stop();
    }

    @Test
    void aPortThatIsInUseIsOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            Process process = titan(
                            "up", "--nodes", "1", "--port", Integer.toString(taken.getLocalPort()), "--ephemeral")
                    .start();
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).isEqualTo(4);
            List<String> lines = Files.readAllLines(directory.resolve("err"));
            assertThat(lines).hasSize(2).element(1).asString().contains("port " + taken.getLocalPort(), "in use");
            assertThat(left("titan-")).isEmpty();
        }
    }

    /** A port that is free together with the one 100 higher, where Raft listens. */
    private static int portsFrom() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port;
            try (ServerSocket any = new ServerSocket(0)) {
                port = any.getLocalPort();
            }
            if (port < 65_000 && isFree(port + 100)) {
                return port;
            }
        }
        throw new IOException("no two free ports");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}

package io.titankv.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.cli.common.ExitCode;
import io.titankv.cli.testing.CommandLineFixture;
import io.titankv.cli.testing.CommandLineFixture.Said;
import io.titankv.client.testing.TestAuthority;
import io.titankv.client.testing.TestAuthority.Issued;
import io.titankv.client.tls.TlsFiles;
import io.titankv.server.LocalCluster;
import io.titankv.server.LocalClusterOptions;
import io.titankv.server.NodeTls;
import io.titankv.server.ServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code titan} command and a cluster that speaks TLS. */
final class TlsCommandsIT {
    @TempDir
    private static Path directory;

    private static TestAuthority authority;
    private static Issued client;
    private static LocalCluster cluster;

    @BeforeAll
    static void start() {
        authority = TestAuthority.create(directory, "ca");
        client = authority.client("client");
        Issued node = authority.node("node");
        cluster = LocalCluster.start(new LocalClusterOptions(
                1,
                2,
                1,
                directory.resolve("data"),
                0,
                false,
                1 << 20,
                ServerOptions.ELECTION_TIMEOUT_DEFAULT,
                NodeTls.of(TlsFiles.of(authority.file(), node.certificate(), node.key()))));
        cluster.awaitReady(Duration.ofMinutes(1));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static CommandLineFixture titan() {
        return new CommandLineFixture()
                .variable("TITAN_ENDPOINTS", cluster.addresses().getFirst());
    }

    private static CommandLineFixture trusted() {
        return titan().variable("TITAN_TLS_CA", authority.file().toString())
                .variable("TITAN_TLS_CERT", client.certificate().toString())
                .variable("TITAN_TLS_KEY", client.key().toString());
    }

    @Test
    void keysAndTheClusterAreReachedByOptions() {
        String[] options = {
            "--tls-ca", authority.file().toString(),
            "--tls-cert", client.certificate().toString(),
            "--tls-key", client.key().toString()
        };
        assertThat(titan().run(with(options, "data", "put", "hello", "world")).err())
                .isEmpty();
        assertThat(titan().run(with(options, "data", "get", "hello")).out()).isEqualTo("world\n");
        assertThat(titan().run(with(options, "cluster", "health")).out()).contains("every shard has a leader");
    }

    private static String[] with(String[] options, String... command) {
        return Stream.of(options, command).flatMap(Stream::of).toArray(String[]::new);
    }

    @Test
    void byVariablesTooAndInTheShellAndUnderLoad() {
        assertThat(trusted().input("data put from shell\n").run("shell").err()).isEmpty();
        assertThat(trusted().run("data", "get", "from").out()).isEqualTo("shell\n");
        Said perf = trusted()
                .run("perf", "run", "--for", "2s", "--warm-up", "1s", "--keys", "100", "--in-flight", "2", "--load");
        assertThat(perf.err()).doesNotContain("titan:");
        assertThat(perf.exitCode()).isZero();
        assertThat(trusted().run("data", "export", "-").outLines()).hasSizeGreaterThan(100);
    }

    @Test
    void aRefusalIsOneLineThatSaysWhy() {
        String at = "cannot talk to " + cluster.addresses().getFirst() + ": ";
        Said plain = titan().run("data", "get", "a");
        assertThat(plain.err()).startsWith("titan: " + at).contains("it speaks TLS and was called in plain text");
        assertThat(plain.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(plain.err().lines()).hasSize(1);
        Said unknown = titan().run("--tls-ca", authority.file().toString(), "cluster", "status");
        assertThat(unknown.err())
                .startsWith("titan: " + at)
                .containsAnyOf("it asks for a certificate", "refused the certificate shown or that there was none");
        Said wrong = titan().run(
                        "--tls-ca",
                        TestAuthority.create(directory, "other").file().toString(),
                        "cluster",
                        "status");
        assertThat(wrong.err()).startsWith("titan: " + at + "its certificate is not signed");
    }

    @Test
    void filesThatCannotBeUsedAreNamed() {
        Path nowhere = directory.resolve("nowhere.pem");
        Said missing = titan().run("--tls-ca", nowhere.toString(), "cluster", "status");
        assertThat(missing.err()).isEqualTo("titan: tls-ca " + nowhere + ": no such file\n");
        assertThat(missing.exitCode()).isEqualTo(ExitCode.REFUSED);
        Said half = titan().run("--tls-cert", client.certificate().toString(), "cluster", "status");
        assertThat(half.err())
                .isEqualTo("titan: tls-cert " + client.certificate() + ": its key is missing, set tls-key too\n");
    }

    @Test
    void aNodeIsNotStartedWithHalfOfIt() {
        String data = directory.resolve("half").toString();
        Said half = titan().run(
                        "server",
                        "--node-id",
                        "n9",
                        "--data-dir",
                        data,
                        "--bootstrap",
                        "--tls-ca",
                        authority.file().toString());
        assertThat(half.err())
                .isEqualTo("titan: tls-cert is missing: a node with TLS needs tls-cert, tls-key and tls-ca\n");
        Said alone = titan().run(
                        "server", "--node-id", "n9", "--data-dir", data, "--bootstrap", "--tls-client-auth", "none");
        assertThat(alone.err()).contains("tls-client-auth is set, but TLS is not");
        Said odd = trusted()
                .run("server", "--node-id", "n9", "--data-dir", data, "--bootstrap", "--tls-client-auth", "maybe");
        assertThat(odd.err()).contains("tls-client-auth must be required or none, not 'maybe'");
        Said notANode = trusted().run("server", "--node-id", "n9", "--data-dir", data, "--bootstrap");
        assertThat(notANode.err())
                .isEqualTo("titan: tls-cert " + client.certificate()
                        + ": a node's certificate needs the extended key usages serverAuth and clientAuth\n");
    }
}

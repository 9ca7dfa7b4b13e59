package io.titankv.client.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.titankv.client.BlockingTitanClient;
import io.titankv.client.TitanClient;
import io.titankv.client.TitanException;
import io.titankv.client.testing.TestAuthority;
import io.titankv.client.testing.TestAuthority.Issued;
import io.titankv.model.Key;
import io.titankv.proto.kv.v1.GetRoutesRequest;
import io.titankv.proto.kv.v1.RoutingGrpc;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two real sides that find no common TLS, over sockets, and what people are told of it. */
final class TlsTroubleTest {
    /** A server that refuses a certificate closes right after it has said so: what it said may be lost on the way. */
    private static final String LAST_WORD_LOST = "refused the certificate shown or that there was none";

    @TempDir
    private Path directory;

    private TestAuthority authority;
    private Issued node;
    private @Nullable Server server;

    @BeforeEach
    void foundAnAuthority() {
        authority = TestAuthority.create(directory, "ca");
        node = authority.node("node");
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.shutdownNow();
        }
    }

    private TlsStore nodeStore() {
        return TlsStore.forNode(
                TlsFiles.of(authority.file(), node.certificate(), node.key()), List.of("127.0.0.1"), Instant::now);
    }

    private void serve(ServerCredentials credentials) {
        try {
            server = Grpc.newServerBuilderForPort(0, credentials).build().start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String address() {
        return "127.0.0.1:" + java.util.Objects.requireNonNull(server).getPort();
    }

    /** What a call comes to, explained; a call that gets through finds no service there. */
    private String call(@Nullable ChannelCredentials credentials) {
        return call(address(), credentials);
    }

    private static String call(String address, @Nullable ChannelCredentials credentials) {
        ManagedChannel channel = Channels.to(address, credentials).build();
        try {
            StatusRuntimeException failure = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> RoutingGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(20, TimeUnit.SECONDS)
                            .getRoutes(GetRoutesRequest.getDefaultInstance()));
            return failure.getStatus().getCode() == Status.Code.UNIMPLEMENTED
                    ? "got through"
                    : TlsTrouble.explain(failure).orElse("not explained: " + failure + ": " + failure.getCause());
        } finally {
            channel.shutdownNow();
        }
    }

    private ChannelCredentials client(TlsFiles files) {
        try (TlsStore store = TlsStore.forClient(files)) {
            return store.channelCredentials();
        }
    }

    private ChannelCredentials clientWith(Issued shown) {
        return client(TlsFiles.of(authority.file(), shown.certificate(), shown.key()));
    }

    @Test
    void aClientWithACertificateGetsThrough() {
        serve(nodeStore().serverCredentials(true));
        assertThat(call(clientWith(authority.client("client")))).isEqualTo("got through");
        assertThat(call(clientWith(node))).isEqualTo("got through");
    }

    @Test
    void aClientWithoutACertificateGetsThroughWhereNoneIsAskedFor() {
        serve(nodeStore().serverCredentials(false));
        assertThat(call(client(TlsFiles.of(authority.file())))).isEqualTo("got through");
    }

    @Test
    void aCertificateIsAskedFor() {
        serve(nodeStore().serverCredentials(true));
        assertThat(call(client(TlsFiles.of(authority.file()))))
                .containsAnyOf("it asks for a certificate", LAST_WORD_LOST);
    }

    @Test
    void plainTextToTls() {
        serve(nodeStore().serverCredentials(false));
        assertThat(call(null)).contains("it speaks TLS and was called in plain text");
    }

    /** As other libraries do, which say so before they close. */
    @Test
    void plainTextToTlsThatAnswersWithAnAlert() throws IOException {
        byte[] alert = {21, 3, 3, 0, 2, 2, 70};
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread answering = Thread.startVirtualThread(() -> {
                try (Socket caller = socket.accept()) {
                    caller.getOutputStream().write(alert);
                    caller.getOutputStream().flush();
                    caller.getInputStream().readAllBytes();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(call("127.0.0.1:" + socket.getLocalPort(), null))
                    .isEqualTo("it speaks TLS, and was called in plain text");
            answering.interrupt();
        }
    }

    @Test
    void tlsToPlainText() {
        serve(InsecureServerCredentials.create());
        assertThat(call(clientWith(authority.client("client")))).isEqualTo("it speaks plain text, not TLS");
    }

    @Test
    void aNodeOfAnotherAuthority() {
        serve(nodeStore().serverCredentials(false));
        Path other = TestAuthority.create(directory, "other").file();
        assertThat(call(client(TlsFiles.of(other)))).contains("not signed by an authority that is trusted here");
        assertThat(call(client(TlsFiles.ofJdkAuthorities()))).contains("not signed by an authority");
    }

    @Test
    void aClientOfAnotherAuthority() {
        Issued stranger = TestAuthority.create(directory, "other").client("stranger");
        for (boolean needed : new boolean[] {true, false}) {
            serve(nodeStore().serverCredentials(needed));
            assertThat(call(clientWith(stranger))).containsAnyOf("the certificate shown", LAST_WORD_LOST);
            stop();
        }
    }

    @Test
    void aNodeWhoseCertificateHasExpired() throws IOException {
        Issued old = authority
                .request("old")
                .address("127.0.0.1")
                .validUntil(Instant.now().minusSeconds(60))
                .issue();
        serve(TlsServerCredentials.create(file(old.certificate()), file(old.key())));
        assertThat(call(client(TlsFiles.of(authority.file())))).startsWith("its certificate has expired");
    }

    @Test
    void aClientWhoseCertificateHasExpired() throws IOException {
        Issued old = authority
                .request("old")
                .forClients()
                .validUntil(Instant.now().minusSeconds(60))
                .issue();
        serve(nodeStore().serverCredentials(true));
        ChannelCredentials credentials = TlsChannelCredentials.newBuilder()
                .trustManager(file(authority.file()))
                .keyManager(file(old.certificate()), file(old.key()))
                .build();
        assertThat(call(credentials)).containsAnyOf("the certificate shown", LAST_WORD_LOST);
    }

    @Test
    void aNodeOfAnotherName() throws IOException {
        Issued elsewhere = authority
                .request("elsewhere")
                .host("n1.example.org")
                .address("10.0.0.1")
                .forServers()
                .issue();
        serve(TlsServerCredentials.create(file(elsewhere.certificate()), file(elsewhere.key())));
        assertThat(call(client(TlsFiles.of(authority.file()))))
                .startsWith("its certificate is for another host: ")
                .contains("127.0.0.1");
    }

    @Test
    void theClientSaysItToo() {
        serve(InsecureServerCredentials.create());
        try (TitanClient client = TitanClient.builder(address())
                .tls(TlsFiles.of(authority.file()))
                .timeout(Duration.ofSeconds(2))
                .build()) {
            BlockingTitanClient titan = client.blocking();
            TitanException failure = catchThrowableOfType(TitanException.class, () -> titan.get(Key.of("a")));
            assertThat(failure).hasMessageContaining("it speaks plain text, not TLS");
        }
    }

    @Test
    void whatIsNotTlsIsNotExplained() {
        assertThat(TlsTrouble.explain(Status.UNAVAILABLE
                        .withCause(new IOException("Connection refused"))
                        .asRuntimeException()))
                .isEmpty();
    }

    private static File file(Path path) {
        return new File(path.toString());
    }
}

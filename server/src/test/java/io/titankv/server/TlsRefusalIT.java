package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.io.ByteStreams;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.titankv.client.TitanClient;
import io.titankv.client.TitanException;
import io.titankv.client.testing.TestAuthority;
import io.titankv.client.testing.TestAuthority.Issued;
import io.titankv.client.tls.Channels;
import io.titankv.client.tls.TlsFiles;
import io.titankv.model.Key;
import io.titankv.model.NodeId;
import io.titankv.proto.internal.v1.FormationGrpc;
import io.titankv.proto.internal.v1.PlacementGrpc;
import io.titankv.proto.internal.v1.RangeExportGrpc;
import io.titankv.proto.internal.v1.ReplicaFilesGrpc;
import io.titankv.proto.internal.v1.TermsGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is kept out of a cluster that speaks TLS, and what they are told. */
class TlsRefusalIT {
    @TempDir
    private static Path directory;

    private static SecureCluster cluster;

    @BeforeAll
    static void start() {
        cluster = SecureCluster.start(directory);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static TestAuthority stranger(String name) {
        return TestAuthority.create(directory, name);
    }

    @Test
    void clientsWithoutAGoodCertificateAreRefusedAndTold() {
        assertRefused(null, "it speaks TLS and was called in plain text");
        assertRefused(TlsFiles.of(cluster.authority.file()), "it asks for a certificate");
        assertRefused(
                TlsFiles.of(stranger("second").file(), cluster.node.certificate(), cluster.node.key()),
                "not signed by an authority");
        assertRefused(cluster.showing(stranger("third").client("odd")), "it refuses the certificate shown");
    }

    private static void assertRefused(@Nullable TlsFiles files, String why) {
        try (TitanClient titan = cluster.client(files, Duration.ofSeconds(3))) {
            assertThatThrownBy(() -> titan.blocking().get(Key.of("a")))
                    .isInstanceOf(TitanException.class)
                    .extracting(Throwable::getMessage, InstanceOfAssertFactories.STRING)
                    .containsAnyOf(why, "refused the certificate shown or that there was none");
        }
    }

    /** A client's certificate of the nodes' own authority opens what is for clients, and nothing that nodes say to each other. */
    @Test
    void whatNodesSayToEachOtherIsClosedToClients() {
        ManagedChannel asClient = channel(cluster.showing(cluster.authority.client("client")));
        ManagedChannel asNode = channel(cluster.asNode());
        try {
            for (ServiceDescriptor service : List.of(
                    FormationGrpc.getServiceDescriptor(),
                    PlacementGrpc.getServiceDescriptor(),
                    RangeExportGrpc.getServiceDescriptor(),
                    ReplicaFilesGrpc.getServiceDescriptor(),
                    TermsGrpc.getServiceDescriptor())) {
                for (MethodDescriptor<?, ?> method : service.getMethods()) {
                    assertThat(call(asClient, method))
                            .as("%s", method.getFullMethodName())
                            .isEqualTo(Status.Code.PERMISSION_DENIED);
                }
            }
            assertThat(call(asNode, FormationGrpc.getHelloMethod())).isEqualTo(Status.Code.OK);
            assertThat(call(asNode, ReplicaFilesGrpc.getOpenCheckpointMethod()))
                    .isNotIn(Status.Code.PERMISSION_DENIED, Status.Code.UNIMPLEMENTED, Status.Code.UNAVAILABLE);
        } finally {
            asClient.shutdownNow();
            asNode.shutdownNow();
        }
    }

    private static ManagedChannel channel(TlsFiles files) {
        return Channels.to(cluster.nodes.endpoint(cluster.first()), SecureCluster.credentials(files))
                .build();
    }

    /** Calls a method with an empty message. */
    private static Status.Code call(Channel channel, MethodDescriptor<?, ?> method) {
        MethodDescriptor<byte[], byte[]> raw = MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                .setType(MethodDescriptor.MethodType.UNKNOWN)
                .setFullMethodName(method.getFullMethodName())
                .build();
        try {
            ClientCalls.blockingServerStreamingCall(
                            channel, raw, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), new byte[0])
                    .forEachRemaining(_ -> {});
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return ByteStreams.toByteArray(stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void raftTakesNodesOnly() throws Exception {
        RaftPort raft = RaftPort.of(cluster.nodes.server(cluster.first()));
        assertThat(raft.servesOverTls(cluster.asNode())).isTrue();
        assertThat(raft.servesPlainText()).isFalse();
        assertThat(raft.servesOverTls(TlsFiles.of(cluster.authority.file()))).isFalse();
        assertThat(raft.servesOverTls(cluster.showing(cluster.authority.client("client"))))
                .isFalse();
        assertThat(raft.servesOverTls(cluster.showing(stranger("fourth").node("stranger"))))
                .isFalse();
    }

    @Test
    void aNodeInPlainTextCannotJoin() {
        assertStaysOut(
                ServerOptions.builder(new NodeId("plain"), directory.resolve("plain")),
                "it speaks TLS and was called in plain text");
    }

    @Test
    void aNodeOfAnotherAuthorityCannotJoin() {
        TestAuthority other = stranger("fifth");
        Issued shown = other.node("outside");
        assertStaysOut(
                ServerOptions.builder(new NodeId("outside"), directory.resolve("outside"))
                        .tls(NodeTls.of(TlsFiles.of(other.file(), shown.certificate(), shown.key()))),
                "its certificate is not signed by an authority that is trusted here (tls-ca)");
    }

    private static void assertStaysOut(ServerOptions.Builder options, String why) {
        HostPort any = new HostPort("127.0.0.1", 0);
        ServerOptions built = options.listen(any)
                .raftListen(any)
                .withoutMetrics()
                .join(List.of(HostPort.parse(cluster.nodes.endpoint(cluster.first()))))
                .build();
        try (TitanServer outside = TitanServer.start(built)) {
            ServerStartException failure =
                    catchThrowableOfType(ServerStartException.class, () -> outside.awaitReady(Duration.ofSeconds(15)));
            assertThat(failure)
                    .hasMessageContaining("it belongs to no cluster yet")
                    .hasMessageContaining("cannot talk to " + cluster.nodes.endpoint(cluster.first()) + ": ")
                    .hasMessageContaining(why);
        }
        assertThat(cluster.nodes.server(cluster.first()).routes().node(built.nodeId()))
                .isEmpty();
    }

    @Test
    void aNodeIsNotStartedWithFilesThatCannotBeUsed() {
        Path nowhere = directory.resolve("nowhere.pem");
        ServerOptions options = ServerOptions.builder(new NodeId("bad"), directory.resolve("bad"))
                .bootstrap(true)
                .tls(NodeTls.of(TlsFiles.of(cluster.authority.file(), nowhere, cluster.node.key())))
                .build();
        assertThatThrownBy(() -> TitanServer.start(options))
                .isInstanceOf(ServerStartException.class)
                .hasMessage("tls-cert " + nowhere + ": no such file");
        assertThat(directory.resolve("bad")).doesNotExist();
    }
}

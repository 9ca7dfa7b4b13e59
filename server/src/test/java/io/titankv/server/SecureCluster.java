package io.titankv.server;

import io.grpc.ChannelCredentials;
import io.titankv.client.TitanClient;
import io.titankv.client.testing.TestAuthority;
import io.titankv.client.testing.TestAuthority.Issued;
import io.titankv.client.tls.TlsFiles;
import io.titankv.client.tls.TlsStore;
import io.titankv.model.Limits;
import io.titankv.model.NodeId;
import io.titankv.placement.state.Settings;
import io.titankv.testing.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Three nodes that share a certificate of an authority of theirs, and ask clients for one. Confined to one thread. */
final class SecureCluster implements AutoCloseable {
    final TestAuthority authority;
    final Issued node;
    final TestCluster nodes;

    private SecureCluster(TestAuthority authority, Issued node, TestCluster nodes) {
        this.authority = authority;
        this.node = node;
        this.nodes = nodes;
    }

    static SecureCluster start(Path directory) {
        TestAuthority authority = TestAuthority.create(directory, "ca");
        Issued node = authority.node("node");
        TestCluster nodes = TestCluster.start(
                3,
                new Settings(3, 3, Limits.VALUE_BYTES_DEFAULT_MAX),
                Duration.ofMillis(500),
                ServerOptions.HEAL_AFTER_DEFAULT,
                NodeTls.of(TlsFiles.of(authority.file(), node.certificate(), node.key())));
        return new SecureCluster(authority, node, nodes);
    }

    NodeId first() {
        return nodes.nodes().getFirst();
    }

    /** What a node has. */
    TlsFiles asNode() {
        return showing(node);
    }

    /** Whoever trusts the nodes and shows this. */
    TlsFiles showing(Issued shown) {
        return TlsFiles.of(authority.file(), shown.certificate(), shown.key());
    }

    /** As the files are now. */
    static ChannelCredentials credentials(TlsFiles files) {
        try (TlsStore store = TlsStore.forClient(files)) {
            return store.channelCredentials();
        }
    }

    /** A client of the first node, the caller's to close; null: in plain text. */
    TitanClient client(@Nullable TlsFiles files, Duration timeout) {
        var builder = TitanClient.builder(nodes.endpoint(first())).timeout(timeout);
        return (files == null ? builder : builder.tls(files)).build();
    }

    @Override
    public void close() {
        nodes.close();
    }
}

package io.titankv.server;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.titankv.client.tls.TlsException;
import io.titankv.client.tls.TlsStore;
import io.titankv.multiraft.host.PeerTls;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a node shows and whom it trusts, or that it speaks plain text. Thread-safe. */
final class NodeSecurity implements AutoCloseable {
    /** Listening on all interfaces names none: nobody is told to come there. */
    private static final Set<String> WILDCARDS = Set.of("0.0.0.0", "::");

    private final @Nullable TlsStore store;
    private final boolean clientsNeedCertificate;

    private NodeSecurity(@Nullable TlsStore store, boolean clientsNeedCertificate) {
        this.store = store;
        this.clientsNeedCertificate = clientsNeedCertificate;
    }

    /**
     * Reads the files.
     *
     * @throws ServerStartException when one is missing or cannot be used
     */
    static NodeSecurity open(ServerOptions options) {
        NodeTls tls = options.tls();
        if (tls == null) {
            return new NodeSecurity(null, false);
        }
        try {
            return new NodeSecurity(TlsStore.forNode(tls.files(), hosts(options)), tls.clientsNeedCertificate());
        } catch (TlsException e) {
            throw new ServerStartException(String.valueOf(e.getMessage()), e);
        }
    }

    /** By which others reach the node. */
    private static List<String> hosts(ServerOptions options) {
        return options.advertiseHost().isEmpty()
                ? Stream.of(options.listen().host(), options.raftListen().host())
                        .filter(host -> !WILDCARDS.contains(host))
                        .distinct()
                        .toList()
                : List.of(options.advertiseHost());
    }

    /** For channels to other nodes; null: plain text. */
    @Nullable
    ChannelCredentials channelCredentials() {
        return store == null ? null : store.channelCredentials();
    }

    ServerCredentials serverCredentials() {
        return store == null ? InsecureServerCredentials.create() : store.serverCredentials(clientsNeedCertificate);
    }

    /** For Raft; null: plain text. */
    @Nullable
    PeerTls peerTls() {
        return store == null ? null : new PeerTls(store.keyManager(), store.nodeTrust());
    }

    /** Who may call what; empty: anybody may call all. */
    Optional<NodesOnly> nodesOnly() {
        return Optional.ofNullable(store).map(known -> new NodesOnly(known::isNode));
    }

    /** When the node's certificate is over; empty without TLS. */
    Optional<Instant> expiry() {
        return Optional.ofNullable(store).flatMap(TlsStore::expiry);
    }

    @Override
    public String toString() {
        return store == null ? "off" : clientsNeedCertificate ? "on, clients need a certificate" : "on";
    }

    @Override
    public void close() {
        if (store != null) {
            store.close();
        }
    }
}

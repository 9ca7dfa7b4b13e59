package io.titankv.client;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.titankv.client.session.SessionChannels;
import io.titankv.client.session.SessionLink;
import io.titankv.client.session.SessionLinkOptions;
import io.titankv.client.tls.TlsStore;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The client's connections, one a node, opened when first needed. Thread-safe. */
final class Connections implements AutoCloseable {
    /** How long the end of a channel is waited for, seconds. */
    private static final long CLOSE_SECONDS = 5;

    private final @Nullable ChannelCredentials credentials;
    private final @Nullable TlsStore store;
    private final SessionLinkOptions options;
    /** Guarded by this. Bounded by the nodes of the cluster and the endpoints. */
    private final Map<String, Connection> byAddress = new HashMap<>();

    private boolean closed;

    /**
     * @param credentials null: plain text
     * @param store where they come from, closed with the connections; null: from elsewhere
     */
    Connections(@Nullable ChannelCredentials credentials, @Nullable TlsStore store, SessionLinkOptions options) {
        this.credentials = credentials;
        this.store = store;
        this.options = options;
    }

    /** A node's channel, and the session over it once one was asked for. */
    static final class Connection {
        private final String address;
        private final ManagedChannel channel;
        private final SessionLinkOptions options;
        private @Nullable SessionLink link;
        private boolean closed;

        Connection(String address, ManagedChannel channel, SessionLinkOptions options) {
            this.address = address;
            this.channel = channel;
            this.options = options;
        }

        String address() {
            return address;
        }

        ManagedChannel channel() {
            return channel;
        }

        /**
         * The session, opened now if it was not.
         *
         * @throws IllegalStateException when the connection is closed
         */
        synchronized SessionLink link() {
            if (closed) {
                throw new IllegalStateException("connection is closed");
            }
            if (link == null) {
                link = SessionLink.open(channel, options);
            }
            return link;
        }

        synchronized boolean isDown() {
            return link != null && link.isDown();
        }

        private void close() {
            @Nullable SessionLink last;
            synchronized (this) {
                closed = true;
                last = link;
            }
            // Outside the lock: it completes callers' futures, whose next try asks other connections how they are.
            if (last != null) {
                last.close();
            }
            channel.shutdownNow();
        }
    }

    /**
     * The connection to an address.
     *
     * @throws IllegalStateException when the client is closed
     */
    synchronized Connection to(String address) {
        if (closed) {
            throw new IllegalStateException("client is closed");
        }
        return byAddress.computeIfAbsent(
                address, key -> new Connection(key, SessionChannels.open(key, credentials), options));
    }

    /** True when there is a session to the address and it has no connection now. */
    boolean isDown(String address) {
        @Nullable Connection connection;
        synchronized (this) {
            connection = byAddress.get(address);
        }
        return connection != null && connection.isDown();
    }

    /** Closes what leads to none of these. What is under way there fails and is tried again where it may be. */
    void retainOnly(Set<String> addresses) {
        List<Connection> gone;
        synchronized (this) {
            gone = byAddress.entrySet().stream()
                    .filter(entry -> !addresses.contains(entry.getKey()))
                    .map(Map.Entry::getValue)
                    .toList();
            Iterator<String> known = byAddress.keySet().iterator();
            while (known.hasNext()) {
                if (!addresses.contains(known.next())) {
                    known.remove();
                }
            }
        }
        gone.forEach(Connection::close);
    }

    @Override
    public void close() {
        List<Connection> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(byAddress.values());
            byAddress.clear();
        }
        all.forEach(Connection::close);
        if (store != null) {
            store.close();
        }
        for (Connection connection : all) {
            try {
                connection.channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}

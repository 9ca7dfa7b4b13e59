package io.titankv.server;

import io.titankv.model.NodeId;
import io.titankv.multiraft.host.NetworkGate;
import io.titankv.placement.run.NodeContact;
import io.titankv.placement.state.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one node runs. Immutable.
 *
 * @param nodeId the node's name, the same at every start with this data directory
 * @param dataDir where everything that the node keeps lies
 * @param listen where clients and other nodes reach it
 * @param raftListen where Raft of other nodes reaches it
 * @param metricsListen where scrapers reach its metrics; null: nowhere
 * @param advertiseHost the host by which others reach it, when it is not the one that it listens on; empty: the same
 * @param join gateways of the cluster's first nodes, this one's own may be among them
 * @param bootstrap true on exactly one of the first nodes: it forms the cluster
 * @param formation what the new cluster shall be; heeded only by the node that forms it
 * @param labels where the node stands: zone, rack, host; replicas are spread over them
 * @param electionTimeout least time without a leader before an election; the most is twice as long
 * @param healAfter a node that is silent for this long loses its replicas to others
 * @param heapBytes this node's part of the JVM's heap: what it works on at once, and keeps of its logs there, follows from it
 * @param tls null: everything is in plain text
 * @param gate which nodes may talk to each other; open outside tests
 */
public record ServerOptions(
        NodeId nodeId,
        Path dataDir,
        HostPort listen,
        HostPort raftListen,
        @Nullable HostPort metricsListen,
        String advertiseHost,
        List<HostPort> join,
        boolean bootstrap,
        Settings formation,
        Map<String, String> labels,
        Duration electionTimeout,
        Duration healAfter,
        long heapBytes,
        @Nullable NodeTls tls,
        NetworkGate gate) {
    /** Least and most election time-out that makes sense. */
    private static final Duration ELECTION_TIMEOUT_MIN = Duration.ofMillis(100);

    private static final Duration ELECTION_TIMEOUT_MAX = Duration.ofMinutes(1);

    private static final String LOOPBACK = "127.0.0.1";

    /** Between a node's port and that of its metrics. */
    static final int METRICS_PORT_DISTANCE = 200;

    /** One second: above the pauses that a busy small machine shows (docs/performance.md), and failover stays below 3 s. */
    public static final Duration ELECTION_TIMEOUT_DEFAULT = Duration.ofSeconds(1);

    /** Five minutes: longer than a restart or a change of hardware that does not fail. */
    public static final Duration HEAL_AFTER_DEFAULT = Duration.ofMinutes(5);

    public ServerOptions {
        join = List.copyOf(join);
        labels = Map.copyOf(labels);
        if (electionTimeout.compareTo(ELECTION_TIMEOUT_MIN) < 0
                || electionTimeout.compareTo(ELECTION_TIMEOUT_MAX) > 0) {
            throw new IllegalArgumentException("election time-out must be " + ELECTION_TIMEOUT_MIN.toMillis()
                    + " ms to " + ELECTION_TIMEOUT_MAX.toMillis() + " ms: " + electionTimeout.toMillis() + " ms");
        }
        if (healAfter.isNegative() || healAfter.isZero()) {
            throw new IllegalArgumentException("a node is healed after more than 0 s: " + healAfter);
        }
        if (heapBytes < 1) {
            throw new IllegalArgumentException("a node needs some of the heap: " + heapBytes + " bytes");
        }
        if (join.isEmpty() && !bootstrap) {
            throw new IllegalArgumentException(
                    "a node needs the addresses of a cluster to join (--join HOST:PORT,...) or --bootstrap to form"
                            + " one");
        }
    }

    public static Builder builder(NodeId nodeId, Path dataDir) {
        return new Builder(nodeId, dataDir);
    }

    /** Collects options; what is not set has the default. Not thread-safe. */
    public static final class Builder {
        private final NodeId nodeId;
        private final Path dataDir;
        private HostPort listen = new HostPort(LOOPBACK, 7400);
        private HostPort raftListen = new HostPort(LOOPBACK, 7500);
        private @Nullable HostPort metricsListen;
        private boolean metricsOff;
        private String advertiseHost = "";
        private List<HostPort> join = List.of();
        private boolean bootstrap;
        private Settings formation = Settings.DEFAULT;
        private Map<String, String> labels = Map.of();
        private Duration electionTimeout = ELECTION_TIMEOUT_DEFAULT;
        private Duration healAfter = HEAL_AFTER_DEFAULT;
        private long heapBytes = Runtime.getRuntime().maxMemory();
        private @Nullable NodeTls tls;
        private NetworkGate gate = NetworkGate.OPEN;

        private Builder(NodeId nodeId, Path dataDir) {
            this.nodeId = nodeId;
            this.dataDir = dataDir;
        }

        public Builder listen(HostPort value) {
            listen = value;
            return this;
        }

        public Builder raftListen(HostPort value) {
            raftListen = value;
            return this;
        }

        /** Where metrics are shown. When not set: on loopback, 200 above the port of {@link #listen}, or any port if that has any. */
        public Builder metricsListen(HostPort value) {
            metricsListen = value;
            metricsOff = false;
            return this;
        }

        public Builder withoutMetrics() {
            metricsOff = true;
            return this;
        }

        private @Nullable HostPort metricsListenOrNull() {
            if (metricsOff) {
                return null;
            }
            int port = listen.port() + METRICS_PORT_DISTANCE;
            boolean anyPort = listen.port() == 0 || port > 65_535;
            return metricsListen != null ? metricsListen : new HostPort(LOOPBACK, anyPort ? 0 : port);
        }

        public Builder advertiseHost(String value) {
            advertiseHost = value;
            return this;
        }

        public Builder join(List<HostPort> value) {
            join = value;
            return this;
        }

        public Builder bootstrap(boolean value) {
            bootstrap = value;
            return this;
        }

        /**
         * What a new cluster shall be, for those who do not know placement.
         *
         * @param shards shards of the ring; 0: two leaders for each core of the cluster
         * @param replicas replicas of each shard
         * @param valueBytesMax largest value, bytes
         * @throws IllegalArgumentException when one is out of bounds
         */
        public Builder formation(int shards, int replicas, int valueBytesMax) {
            return formation(new Settings(shards, replicas, valueBytesMax));
        }

        public Builder formation(Settings value) {
            formation = value;
            return this;
        }

        public Builder labels(Map<String, String> value) {
            labels = value;
            return this;
        }

        public Builder electionTimeout(Duration value) {
            electionTimeout = value;
            return this;
        }

        /** How long a node may be silent before its replicas go to others. */
        public Builder healAfter(Duration value) {
            healAfter = value;
            return this;
        }

        /** How much of this JVM's heap the node may count on. When not set: all of it. */
        public Builder heapBytes(long value) {
            heapBytes = value;
            return this;
        }

        /** With clients and between nodes; null: plain text. The same for all nodes of a cluster. */
        public Builder tls(@Nullable NodeTls value) {
            tls = value;
            return this;
        }

        public Builder gate(NetworkGate value) {
            gate = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException when one is out of bounds
         */
        public ServerOptions build() {
            return new ServerOptions(
                    nodeId,
                    dataDir,
                    listen,
                    raftListen,
                    metricsListenOrNull(),
                    advertiseHost,
                    join,
                    bootstrap,
                    formation,
                    labels,
                    electionTimeout,
                    healAfter,
                    heapBytes,
                    tls,
                    gate);
        }
    }

    /**
     * By which others reach this node: the ports that it really has, at the host that is advertised, or else where it listens.
     *
     * @param port of the gateway
     * @param raftAddress HOST:PORT where Raft listens
     */
    NodeContact contact(int port, String raftAddress) {
        if (advertiseHost.isEmpty()) {
            return new NodeContact(listen.withPort(port).toString(), raftAddress);
        }
        int raftPort = HostPort.parse(raftAddress).port();
        return new NodeContact(
                new HostPort(advertiseHost, port).toString(), new HostPort(advertiseHost, raftPort).toString());
    }
}

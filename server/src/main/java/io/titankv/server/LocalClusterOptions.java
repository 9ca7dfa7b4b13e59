package io.titankv.server;

import io.titankv.model.Limits;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A whole cluster in one process. Immutable.
 *
 * @param nodes nodes, 1 .. 9
 * @param shards shards of a new ring, 1 or more
 * @param replicas replicas of each shard, at most as many as nodes
 * @param dataDir holds one directory a node, {@code n1}, {@code n2}, ...
 * @param firstPort node i listens on firstPort + i - 1, its Raft on firstPort + 100 + i - 1; 0: any free ports
 * @param metrics whether each node shows its metrics, on firstPort + 200 + i - 1
 * @param valueBytesMax largest value of a new cluster, bytes
 * @param electionTimeout least time without a leader before an election
 * @param tls of all nodes, whose certificate names 127.0.0.1; null: plain text
 */
public record LocalClusterOptions(
        int nodes,
        int shards,
        int replicas,
        Path dataDir,
        int firstPort,
        boolean metrics,
        int valueBytesMax,
        Duration electionTimeout,
        @Nullable NodeTls tls) {
    private static final int NODES_MAX = 9;

    /** Between a node's port and its Raft port. */
    static final int RAFT_PORT_DISTANCE = 100;

    private static final int LAST_FIRST_PORT = 65_535 - ServerOptions.METRICS_PORT_DISTANCE - NODES_MAX;

    public LocalClusterOptions {
        if (nodes < 1 || nodes > NODES_MAX) {
            throw new IllegalArgumentException("nodes must be 1 to " + NODES_MAX + ": " + nodes);
        }
        if (shards < 1) {
            throw new IllegalArgumentException("shards must be 1 or more: " + shards);
        }
        if (replicas < 1 || replicas > nodes) {
            throw new IllegalArgumentException(
                    "replicas must be 1 to the number of nodes (" + nodes + "): " + replicas);
        }
        if (firstPort < 0 || firstPort > LAST_FIRST_PORT) {
            throw new IllegalArgumentException("port must be 0 to " + LAST_FIRST_PORT + ": " + firstPort);
        }
    }

    /** Three nodes, twelve shards, three replicas, from port 7400 on. */
    public static LocalClusterOptions in(Path dataDir) {
        return new LocalClusterOptions(
                3,
                12,
                3,
                dataDir,
                7400,
                true,
                Limits.VALUE_BYTES_DEFAULT_MAX,
                ServerOptions.ELECTION_TIMEOUT_DEFAULT,
                null);
    }
}

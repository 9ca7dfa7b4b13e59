package io.titankv.placement.run;

import io.titankv.model.NodeId;
import io.titankv.placement.state.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a node takes part in its cluster. Immutable.
 *
 * @param node this node's name
 * @param directory its data directory; placement keeps {@code node.identity}, {@code placement.cache} and {@code placement/} there
 * @param join HOST:PORT of the gateways of the initial nodes; may name this node too
 * @param bootstrap this node founds the cluster, unless its directory belongs to one already
 * @param settings used when this node founds the cluster
 * @param labels where it stands: {@code zone}, {@code rack}, {@code host} and others
 * @param cores processors it may use
 * @param serverVersion what it runs
 * @param timings how often and how long
 */
public record PlacementOptions(
        NodeId node,
        Path directory,
        List<String> join,
        boolean bootstrap,
        Settings settings,
        Map<String, String> labels,
        int cores,
        String serverVersion,
        Timings timings) {
    /**
     * How often and how long.
     *
     * @param heartbeatEvery between two heartbeats of a node
     * @param callTimeout of one call to another node
     * @param retryMin first pause after a failed call; doubled each time, with jitter
     * @param retryMax longest pause
     * @param suspectAfter without a heartbeat a node is suspected after this time
     * @param deadAfter and counted as dead after this
     * @param viewEvery between two views to a watcher
     * @param balanceEvery between two looks at the balance of leaders
     * @param settle a node gets leaders once it has been up this long, and a group is not moved again before
     * @param healAfter replicas of a node that is silent for this long go to others
     * @param operateEvery between two looks at the operations that run
     */
    public record Timings(
            Duration heartbeatEvery,
            Duration callTimeout,
            Duration retryMin,
            Duration retryMax,
            Duration suspectAfter,
            Duration deadAfter,
            Duration viewEvery,
            Duration balanceEvery,
            Duration settle,
            Duration healAfter,
            Duration operateEvery) {
        /** For networks within a region. */
        public static final Timings DEFAULT = new Timings(
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                Duration.ofMillis(200),
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                Duration.ofSeconds(60),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofMinutes(5),
                Duration.ofMillis(250));

        /** The same with another time after which a silent node is healed onto others. */
        public Timings healingAfter(Duration changed) {
            return new Timings(
                    heartbeatEvery,
                    callTimeout,
                    retryMin,
                    retryMax,
                    suspectAfter,
                    deadAfter,
                    viewEvery,
                    balanceEvery,
                    settle,
                    changed,
                    operateEvery);
        }
    }

    public PlacementOptions {
        join = List.copyOf(join);
        labels = Map.copyOf(labels);
    }
}

package io.titankv.server;

import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.host.ReplicaStatus;
import io.titankv.multiraft.shard.Shard;
import io.titankv.placement.run.PlacementNode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Whether a node serves, and what it waits for while it does not. Thread-safe. */
final class Readiness {
    private static final Duration READY_POLL = Duration.ofMillis(20);

    private final NodeId self;
    private final PlacementNode placement;
    private final NodeReplicas replicas;
    private final PeerTrouble trouble;

    Readiness(NodeId self, PlacementNode placement, NodeReplicas replicas, PeerTrouble trouble) {
        this.self = self;
        this.placement = placement;
        this.replicas = replicas;
        this.trouble = trouble;
    }

    /** Whether this node belongs to a cluster that has a ring, and every shard with a replica here has a leader and its ranges. */
    boolean isReady() {
        ShardMap map = placement.map();
        return !map.isEmpty()
                && map.shards().stream()
                        .filter(shard -> shard.replicas().contains(self))
                        .allMatch(shard ->
                                replicas.shard(shard.id()).filter(this::serves).isPresent());
    }

    private boolean serves(Shard shard) {
        ReplicaStatus status = shard.status();
        boolean isLed = status.fault() == null && status.leader() != null;
        return isLed && !shard.state().ranges().isEmpty();
    }

    /**
     * Returns when {@link #isReady}.
     *
     * @throws ServerStartException when that does not come in time, or never will
     */
    void await(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!isReady()) {
            Optional<String> fault = placement.fault();
            if (fault.isPresent()) {
                throw new ServerStartException("node " + self + " was refused: " + fault.get());
            }
            if (System.nanoTime() - deadline >= 0) {
                throw new ServerStartException("node " + self + " does not serve after " + timeout.toMillis() + " ms: "
                        + whatIsMissing() + trouble.text());
            }
            LockSupport.parkNanos(READY_POLL.toNanos());
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new ServerStartException("interrupted while waiting for node " + self);
            }
        }
    }

    private String whatIsMissing() {
        ShardMap map = placement.map();
        if (placement.clusterId().isEmpty()) {
            return "it belongs to no cluster yet; are the nodes of --join up, and one of them started with"
                    + " --bootstrap?";
        }
        if (map.isEmpty()) {
            return "it has not heard of a ring yet; is a majority of the first nodes up?";
        }
        return "without a leader are "
                + map.shards().stream()
                        .filter(shard -> shard.replicas().contains(self))
                        .filter(shard ->
                                replicas.shard(shard.id()).filter(this::serves).isEmpty())
                        .map(shard -> shard.id().toString())
                        .toList();
    }
}

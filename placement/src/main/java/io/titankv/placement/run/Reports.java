package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.run.OperationRates.Load;
import io.titankv.proto.internal.v1.HeartbeatRequest;
import io.titankv.proto.internal.v1.ReplicaState;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What nodes reported, at one moment. Immutable.
 *
 * @param nodes the nodes that are known, heard of or not
 * @param leaders who led each group when last heard of
 * @param operations reads and writes of each group; empty while that is not known
 */
record Reports(Map<NodeId, NodeReport> nodes, Map<GroupId, Leadership> leaders, Map<GroupId, Load> operations) {
    /** Whether a node is there. */
    enum Liveness {
        UP,
        /** Not heard of for a while; its replicas are still its own. */
        SUSPECT,
        /** Not heard of for longer than the limit after which it may be replaced. */
        DEAD
    }

    /** Who leads a group, in which Raft term. */
    record Leadership(NodeId leader, long term) {}

    /**
     * A node.
     *
     * @param last its last heartbeat; empty when none came since this placement leader began
     * @param heardAt when that came
     * @param upFor how long it has been up without a break
     * @param silentFor how long ago its last heartbeat came, or this placement leader began
     */
    record NodeReport(
            Liveness liveness,
            Optional<HeartbeatRequest> last,
            Optional<Instant> heardAt,
            Duration upFor,
            Duration silentFor,
            Map<GroupId, ReplicaState> replicas) {
        NodeReport {
            replicas = Map.copyOf(replicas);
        }
    }

    Reports {
        nodes = Map.copyOf(nodes);
        leaders = Map.copyOf(leaders);
        operations = Map.copyOf(operations);
    }

    /** Reads and writes a second; 0 while that is not known. */
    double operationsPerSecond(GroupId group) {
        return operations.getOrDefault(group, Load.NONE).perSecond();
    }

    /** Where on the ring those were, as far as it was sampled. */
    SampledLoad sampled(GroupId group) {
        return operations.getOrDefault(group, Load.NONE).sampled();
    }

    /** The same with a leader of a group of which heartbeats do not tell. */
    Reports led(GroupId group, Leadership leadership) {
        Map<GroupId, Leadership> more = new HashMap<>(leaders);
        more.put(group, leadership);
        return new Reports(nodes, more, operations);
    }

    /** Whether every node that is up has been heard of since this placement leader began. */
    boolean areComplete() {
        return nodes.values().stream()
                .allMatch(node -> node.liveness() != Liveness.UP || node.last().isPresent());
    }

    boolean isUp(NodeId node) {
        NodeReport report = nodes.get(node);
        return report != null && report.liveness() == Liveness.UP;
    }

    /** For how long a node has not been heard of; empty while it is up. */
    Optional<Duration> silence(NodeId node) {
        return isUp(node)
                ? Optional.empty()
                : Optional.of(Optional.ofNullable(nodes.get(node))
                        .map(NodeReport::silentFor)
                        .orElse(Duration.ZERO));
    }

    /** A replica as last reported. */
    Optional<ReplicaState> replica(NodeId node, GroupId group) {
        return Optional.ofNullable(nodes.get(node))
                .map(report -> report.replicas().get(group));
    }

    /** A replica that is in service on a node that is up. */
    boolean serves(NodeId node, GroupId group) {
        return isUp(node)
                && replica(node, group)
                        .filter(replica ->
                                replica.getFault().isEmpty() && replica.getRole() != ReplicaState.Role.ROLE_DOWN)
                        .isPresent();
    }

    /** Who leads each group by its own word, on nodes that are up; without groups that nobody says to lead. */
    Map<GroupId, NodeId> reportedLeaders() {
        Map<GroupId, NodeId> reported = new HashMap<>();
        leaders.keySet().forEach(group -> reportedLeader(group).ifPresent(leader -> reported.put(group, leader)));
        return reported;
    }

    /** Who leads a group by its own word, on a node that is up. */
    Optional<NodeId> reportedLeader(GroupId group) {
        return Optional.ofNullable(leaders.get(group))
                .map(Leadership::leader)
                .filter(this::isUp)
                .filter(leader -> replica(leader, group)
                        .filter(replica -> replica.getRole() == ReplicaState.Role.ROLE_LEADER)
                        .isPresent());
    }
}

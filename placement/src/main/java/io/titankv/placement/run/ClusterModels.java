package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.GroupModel;
import io.titankv.placement.plan.NodeModel;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.plan.NodeModel.Presence;
import io.titankv.placement.plan.ReplicaModel;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.Members;
import io.titankv.placement.state.NodeRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.proto.internal.v1.HeartbeatRequest;
import io.titankv.proto.internal.v1.ReplicaState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as the planners see it, drawn from the state and the reports. Replicas to be deleted are none of the planners' business: their nodes are told so
 * by the state ({@link Duties}), and strays are not drawn. Pure functions.
 */
final class ClusterModels {
    private static final int PLACEMENT_VOTERS_OF_LARGE = 5;
    private static final int PLACEMENT_VOTERS_OF_SMALL = 3;

    private ClusterModels() {}

    static ClusterModel of(PlacementState state, Reports reports) {
        return of(state, reports, Optional.empty());
    }

    /** @param leaving a node that is about to leave: there are to be as many placement voters as without it */
    static ClusterModel of(PlacementState state, Reports reports, Optional<NodeId> leaving) {
        SortedMap<NodeId, NodeModel> nodes = new TreeMap<>();
        state.nodes().values().forEach(node -> nodes.put(node.id(), node(node, state, reports)));
        SortedMap<GroupId, GroupModel> groups = new TreeMap<>();
        if (!state.placementVoters().isEmpty()) {
            int wanted = placementVotersWanted(state, leaving);
            groups.put(GroupId.PLACEMENT, group(GroupId.PLACEMENT, wanted, state.placement(), reports));
        }
        state.groups().values().stream()
                .filter(record -> record.state() != GroupRecord.State.RETIRED)
                .forEach(record -> groups.put(
                        record.id(), group(record.id(), state.settings().replicas(), record.roster(), reports)));
        return new ClusterModel(
                state.epoch(),
                nodes,
                groups,
                RingLoads.of(state, reports),
                List.of(),
                Claims.of(state, Claims.Level.REPLICAS));
    }

    /** As many as a cluster of these nodes would be founded with. */
    private static int placementVotersWanted(PlacementState state, Optional<NodeId> leaving) {
        long staying = state.nodes().keySet().stream()
                .filter(node -> leaving.filter(node::equals).isEmpty())
                .filter(node -> state.intentOf(node) == Intent.IN_SERVICE || state.intentOf(node) == Intent.DRAINING)
                .count();
        return staying >= PLACEMENT_VOTERS_OF_LARGE
                ? PLACEMENT_VOTERS_OF_LARGE
                : Math.clamp(staying, 1, PLACEMENT_VOTERS_OF_SMALL);
    }

    /** A node before it holds anything. */
    static NodeModel empty(NodeRecord node) {
        return new NodeModel(
                node.id(),
                node.labels(),
                node.cores(),
                node.diskBytes(),
                node.diskBytes(),
                Intent.IN_SERVICE,
                new Presence.Up(Duration.ZERO));
    }

    private static NodeModel node(NodeRecord node, PlacementState state, Reports reports) {
        Reports.NodeReport report = reports.nodes().get(node.id());
        Optional<HeartbeatRequest> heartbeat = Optional.ofNullable(report).flatMap(Reports.NodeReport::last);
        long diskBytes = heartbeat
                .map(HeartbeatRequest::getDiskTotalBytes)
                .filter(bytes -> bytes > 0)
                .orElse(node.diskBytes());
        return new NodeModel(
                node.id(),
                state.labelsOf(node),
                node.cores(),
                diskBytes,
                heartbeat.map(HeartbeatRequest::getDiskFreeBytes).orElse(diskBytes),
                state.intentOf(node.id()),
                presence(report));
    }

    private static Presence presence(Reports.@Nullable NodeReport report) {
        if (report == null) {
            return new Presence.Silent(Duration.ZERO);
        }
        return switch (report.liveness()) {
            case UP -> new Presence.Up(report.upFor());
            case SUSPECT, DEAD -> new Presence.Silent(report.silentFor());
        };
    }

    private static GroupModel group(GroupId id, int replicasWanted, Members members, Reports reports) {
        Optional<NodeId> leader = reports.reportedLeader(id);
        Optional<ReplicaState> leading = leader.flatMap(node -> reports.replica(node, id));
        List<ReplicaModel> replicas = members.holders().stream()
                .map(node -> replica(node, id, members, leading, reports))
                .toList();
        long bytes = members.holders().stream()
                .flatMap(node -> reports.replica(node, id).stream())
                .mapToLong(replica -> replica.getLiveBytes() + replica.getDeadBytes())
                .max()
                .orElse(0);
        return new GroupModel(id, replicasWanted, replicas, leader, bytes, 0);
    }

    private static ReplicaModel replica(
            NodeId node, GroupId group, Members members, Optional<ReplicaState> leading, Reports reports) {
        Optional<ReplicaState> reported = reports.replica(node, group);
        // One that looks for a leader does not keep pace with one.
        boolean follows = reported.filter(it -> it.getRole() != ReplicaState.Role.ROLE_CANDIDATE)
                .isPresent();
        long behind = follows && leading.isPresent()
                ? Math.max(0, leading.get().getCommitIndex() - reported.get().getAppliedIndex())
                : ReplicaModel.UNKNOWN;
        return new ReplicaModel(
                node,
                members.voters().contains(node) ? ReplicaModel.Role.VOTER : ReplicaModel.Role.LEARNER,
                // One that has not been added yet gets nothing from its leader.
                !members.joining().contains(node) && reports.serves(node, group),
                behind);
    }
}

package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.GroupModel;
import io.titankv.placement.plan.NodeModel;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.plan.NodeModel.Presence;
import io.titankv.placement.plan.RangeModel;
import io.titankv.placement.plan.ReplicaModel;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.NodeRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.proto.internal.v1.HeartbeatRequest;
import io.titankv.proto.internal.v1.ReplicaState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as the planners see it, drawn from the state and the reports. Heartbeats tell bytes by group and no operations yet, so a
 * group's bytes are taken as even over its tokens. Pure functions.
 */
final class ClusterModels {
    private ClusterModels() {}

    static ClusterModel of(PlacementState state, Reports reports) {
        SortedMap<NodeId, NodeModel> nodes = new TreeMap<>();
        state.nodes().values().forEach(node -> nodes.put(node.id(), node(node, reports)));
        SortedMap<GroupId, GroupModel> groups = new TreeMap<>();
        SortedMap<GroupId, String> claims = new TreeMap<>();
        if (!state.placementVoters().isEmpty()) {
            groups.put(
                    GroupId.PLACEMENT,
                    group(GroupId.PLACEMENT, state.placementVoters().size(), state.placementVoters(), reports));
        }
        state.groups().values().forEach(record -> {
            groups.put(record.id(), group(record.id(), state.settings().replicas(), record.members(), reports));
            if (record.state() == GroupRecord.State.CREATING) {
                claims.put(record.id(), "its creation");
            }
        });
        return new ClusterModel(state.epoch(), nodes, groups, ring(state, groups), strays(state, reports), claims);
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

    private static NodeModel node(NodeRecord node, Reports reports) {
        Reports.NodeReport report = reports.nodes().get(node.id());
        Optional<HeartbeatRequest> heartbeat = Optional.ofNullable(report).flatMap(Reports.NodeReport::last);
        long diskBytes = heartbeat
                .map(HeartbeatRequest::getDiskTotalBytes)
                .filter(bytes -> bytes > 0)
                .orElse(node.diskBytes());
        return new NodeModel(
                node.id(),
                node.labels(),
                node.cores(),
                diskBytes,
                heartbeat.map(HeartbeatRequest::getDiskFreeBytes).orElse(diskBytes),
                Intent.IN_SERVICE,
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

    private static GroupModel group(GroupId id, int replicasWanted, List<NodeId> members, Reports reports) {
        Optional<NodeId> leader = reports.reportedLeader(id);
        Optional<ReplicaState> leading = leader.flatMap(node -> reports.replica(node, id));
        List<ReplicaModel> replicas = members.stream()
                .map(node -> replica(node, id, leading, reports))
                .toList();
        long bytes = members.stream()
                .flatMap(node -> reports.replica(node, id).stream())
                .mapToLong(replica -> replica.getLiveBytes() + replica.getDeadBytes())
                .max()
                .orElse(0);
        return new GroupModel(id, replicasWanted, replicas, leader, bytes, 0);
    }

    private static ReplicaModel replica(NodeId node, GroupId group, Optional<ReplicaState> leading, Reports reports) {
        Optional<ReplicaState> reported = reports.replica(node, group);
        boolean isLearner = reported.filter(it -> it.getRole() == ReplicaState.Role.ROLE_LEARNER)
                .isPresent();
        // One that looks for a leader does not keep pace with one.
        boolean follows = reported.filter(it -> it.getRole() != ReplicaState.Role.ROLE_CANDIDATE)
                .isPresent();
        long behind = follows && leading.isPresent()
                ? Math.max(0, leading.get().getCommitIndex() - reported.get().getAppliedIndex())
                : ReplicaModel.UNKNOWN;
        return new ReplicaModel(
                node,
                isLearner ? ReplicaModel.Role.LEARNER : ReplicaModel.Role.VOTER,
                reports.serves(node, group),
                behind);
    }

    private static List<RangeModel> ring(PlacementState state, Map<GroupId, GroupModel> groups) {
        Map<GroupId, Double> shares = Duties.shares(state);
        Map<GroupId, Double> bytesPerShare = new HashMap<>();
        shares.forEach((group, share) -> {
            GroupModel model = groups.get(group);
            bytesPerShare.put(group, model == null ? 0 : model.bytes() / share);
        });
        return state.ring().stream()
                .map(entry -> new RangeModel(
                        entry.range(),
                        entry.owner(),
                        Math.round(bytesPerShare.getOrDefault(entry.owner(), 0.0)
                                * entry.range().share()),
                        0))
                .toList();
    }

    private static List<ClusterModel.Stray> strays(PlacementState state, Reports reports) {
        List<ClusterModel.Stray> strays = new ArrayList<>();
        state.nodes().keySet().forEach(node -> {
            Reports.NodeReport report = reports.nodes().get(node);
            if (report != null) {
                report.replicas().keySet().stream().sorted().forEach(group -> {
                    GroupRecord record = state.groups().get(group);
                    boolean isMember = group.isPlacement()
                            ? state.placementVoters().contains(node)
                            : record != null && record.members().contains(node);
                    if (!isMember) {
                        strays.add(new ClusterModel.Stray(group, node));
                    }
                });
            }
        });
        return List.copyOf(strays);
    }
}

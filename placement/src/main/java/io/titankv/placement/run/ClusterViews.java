package io.titankv.placement.run;

import com.google.protobuf.Timestamp;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.NodeRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.StoredForm;
import io.titankv.placement.state.Wishes;
import io.titankv.proto.admin.v1.Limits;
import io.titankv.proto.admin.v1.NodeInfo;
import io.titankv.proto.admin.v1.NodeIntent;
import io.titankv.proto.admin.v1.NodeState;
import io.titankv.proto.admin.v1.Schedulers;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.proto.internal.v1.ClusterView;
import io.titankv.proto.internal.v1.HeartbeatRequest;
import io.titankv.proto.internal.v1.ReplicaState;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Draws the cluster for people from the state and the reports. Pure functions. */
final class ClusterViews {
    private ClusterViews() {}

    static ClusterView of(PlacementState state, Reports reports, NodeId placementLeader, long term, Instant now) {
        ClusterView.Builder view = ClusterView.newBuilder()
                .setClusterId(state.clusterId())
                .setTakenAt(timestamp(now))
                .setSettings(StoredForm.settings(state.settings()))
                .setEpoch(state.epoch().value())
                .setPlacementLeaderNodeId(placementLeader.value())
                .setPlacementTerm(term)
                .addAllPlacementVoters(names(state.placementVoters()))
                .setSchedulers(schedulers(state.wishes().schedulers()))
                .setOperationsRunning(state.journal().running().size())
                .addAllMoving(RingViews.moving(state, reports))
                .setLimits(limits(state.wishes()))
                .addAllAwaitedNodeIds(names(state.awaitedNodes()));
        state.nodes().values().forEach(node -> view.addNodes(node(node, state, reports)));
        Map<GroupId, Double> shares = Duties.shares(state.ring());
        Map<GroupId, Integer> arcs = new HashMap<>();
        state.ring().forEach(entry -> arcs.merge(entry.owner(), 1, Integer::sum));
        Map<GroupId, String> claims = Claims.byOperation(state);
        state.groups().values().stream()
                .filter(group -> group.state() != GroupRecord.State.RETIRED)
                .forEach(group -> {
                    view.addShards(
                            shard(
                                            group,
                                            reports,
                                            shares.getOrDefault(group.id(), 0.0),
                                            arcs.getOrDefault(group.id(), 0))
                                    .toBuilder()
                                    .setOperationId(claims.getOrDefault(group.id(), "")));
                    if (group.state() == GroupRecord.State.CREATING) {
                        view.addCreatingShardIds(group.id().toString());
                    }
                });
        return view.build();
    }

    static Schedulers schedulers(Wishes.Schedulers schedulers) {
        return Schedulers.newBuilder()
                .setHeal(schedulers.heal())
                .setBalanceReplicas(schedulers.balanceReplicas())
                .setBalanceLeaders(schedulers.balanceLeaders())
                .setBalanceRanges(schedulers.balanceRanges())
                .build();
    }

    static Limits limits(Wishes wishes) {
        return Limits.newBuilder()
                .setTransferBytesPerSecond(wishes.transferBytesPerSecond())
                .build();
    }

    private static NodeIntent intent(Intent intent) {
        return switch (intent) {
            case IN_SERVICE -> NodeIntent.NODE_INTENT_IN_SERVICE;
            case DRAINING -> NodeIntent.NODE_INTENT_DRAINING;
            case DECOMMISSIONING -> NodeIntent.NODE_INTENT_DECOMMISSIONING;
            case REMOVED -> NodeIntent.NODE_INTENT_DECOMMISSIONED;
        };
    }

    private static NodeInfo node(NodeRecord node, PlacementState state, Reports reports) {
        Reports.NodeReport report = reports.nodes().get(node.id());
        NodeInfo.Builder info = NodeInfo.newBuilder()
                .setNodeId(node.id().value())
                .setAddress(node.gatewayAddress())
                .setRaftAddress(node.raftAddress())
                .putAllLabels(state.labelsOf(node))
                .setIntent(intent(state.intentOf(node.id())))
                .setLearners((int) state.groups().values().stream()
                        .filter(group -> group.roster().learners().contains(node.id())
                                || group.roster().joining().contains(node.id()))
                        .count())
                .setServerVersion(node.serverVersion())
                .setDiskTotalBytes(node.diskBytes())
                .setPlacementVoter(state.placementVoters().contains(node.id()))
                .setReplicas((int) state.groups().values().stream()
                        .filter(group -> group.members().contains(node.id()))
                        .count())
                .setLeaders((int) state.groups().keySet().stream()
                        .filter(group -> reports.reportedLeader(group)
                                .filter(node.id()::equals)
                                .isPresent())
                        .count());
        if (report == null) {
            return info.build();
        }
        info.setState(
                switch (report.liveness()) {
                    case UP -> NodeState.NODE_STATE_UP;
                    case SUSPECT -> NodeState.NODE_STATE_SUSPECT;
                    case DEAD -> NodeState.NODE_STATE_DEAD;
                });
        report.heardAt().ifPresent(heardAt -> info.setLastHeartbeat(timestamp(heardAt)));
        report.replicas().values().forEach(replica -> {
            info.setLiveBytes(info.getLiveBytes() + replica.getLiveBytes());
            info.setDeadBytes(info.getDeadBytes() + replica.getDeadBytes());
        });
        if (report.last().isPresent()) {
            HeartbeatRequest last = report.last().get();
            info.setDiskFreeBytes(last.getDiskFreeBytes()).setDiskTotalBytes(last.getDiskTotalBytes());
            if (last.hasStartedAt()) {
                info.setStartedAt(last.getStartedAt());
            }
        }
        return info.build();
    }

    private static ShardInfo shard(GroupRecord group, Reports reports, double share, int arcs) {
        Optional<NodeId> leader = reports.reportedLeader(group.id());
        List<ReplicaState> known = group.roster().holders().stream()
                .flatMap(node -> reports.replica(node, group.id()).stream())
                .toList();
        // Without a leader, the replica that has applied most knows best.
        Optional<ReplicaState> best = leader.flatMap(node -> reports.replica(node, group.id()))
                .or(() -> known.stream().max(Comparator.comparingLong(ReplicaState::getAppliedIndex)));
        long commit =
                known.stream().mapToLong(ReplicaState::getCommitIndex).max().orElse(-1);
        ShardInfo.Builder info = ShardInfo.newBuilder()
                .setShardId(group.id().toString())
                .setRaftGroup(group.id().uuid().toString())
                .setLeaderNodeId(leader.map(NodeId::value).orElse(""))
                .setCommitIndex(Math.max(0, commit))
                .setRanges(arcs)
                .setShare(share);
        best.ifPresent(replica -> info.setTerm(replica.getTerm())
                .setKeys(replica.getKeys())
                .setLiveBytes(replica.getLiveBytes())
                .setDeadBytes(replica.getDeadBytes()));
        group.members().forEach(node -> info.addReplicas(replica(node, group.id(), reports, commit)));
        group.roster().holders().stream()
                .skip(group.members().size())
                .forEach(node -> info.addReplicas(
                        replica(node, group.id(), reports, commit).toBuilder().setRole("learner")));
        return info.build();
    }

    private static ShardInfo.Replica replica(NodeId node, GroupId group, Reports reports, long commit) {
        ShardInfo.Replica.Builder info = ShardInfo.Replica.newBuilder().setNodeId(node.value());
        Optional<ReplicaState> reported = reports.replica(node, group);
        if (reported.isEmpty()) {
            return info.setRole("down")
                    .setFault(reports.isUp(node) ? "the node does not have it" : "the node is not heard of")
                    .build();
        }
        ReplicaState replica = reported.get();
        boolean up = reports.isUp(node);
        return info.setRole(up ? role(replica.getRole()) : "down")
                .setAppliedIndex(Math.max(0, replica.getAppliedIndex()))
                .setLag(Math.max(0, commit - replica.getAppliedIndex()))
                .setFault(up ? replica.getFault() : "the node is not heard of")
                .build();
    }

    private static String role(ReplicaState.Role role) {
        return switch (role) {
            case ROLE_LEADER -> "leader";
            // A candidate is a follower that looks for a leader.
            case ROLE_FOLLOWER, ROLE_CANDIDATE -> "follower";
            case ROLE_LEARNER -> "learner";
            case ROLE_DOWN, ROLE_UNSPECIFIED, UNRECOGNIZED -> "down";
        };
    }

    static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    private static List<String> names(List<NodeId> nodes) {
        return nodes.stream().map(NodeId::value).toList();
    }
}

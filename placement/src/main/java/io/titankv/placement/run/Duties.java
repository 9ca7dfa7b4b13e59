package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.placement.plan.HashRing;
import io.titankv.placement.plan.NodeModel;
import io.titankv.placement.plan.ReplicaSpread;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.NodeRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.StoredForm;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.internal.v1.AssignRanges;
import io.titankv.proto.internal.v1.CreateReplica;
import io.titankv.proto.internal.v1.Instruction;
import io.titankv.proto.internal.v1.ReplicaState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What follows from the state and the reports: pure functions. */
final class Duties {
    /** Shards for each core of the cluster, when the number was left open. */
    static final int SHARDS_PER_CORE = 2;

    /** Most shards for each node, when the number was left open: a Raft group costs threads, buffers and fsyncs. */
    static final int SHARDS_PER_NODE_MAX = 24;

    private Duties() {}

    /** The command that lays the first ring, once every initial node is there. */
    static Optional<PlacementCommand> firstRing(PlacementState state) {
        if (!state.isFounded()
                || !state.ring().isEmpty()
                || state.nodes().isEmpty()
                || !state.awaitedNodes().isEmpty()) {
            return Optional.empty();
        }
        SortedMap<GroupId, Integer> weights = new TreeMap<>();
        for (int number = 1; number <= shardCount(state); number++) {
            weights.put(new GroupId(number), 1);
        }
        List<NodeModel> nodes =
                state.nodes().values().stream().map(ClusterModels::empty).toList();
        SortedMap<GroupId, List<NodeId>> members =
                ReplicaSpread.spread(weights.keySet(), nodes, state.settings().replicas());
        return Optional.of(StoredForm.layRing(state.clusterId(), members, HashRing.initial(weights)));
    }

    private static int shardCount(PlacementState state) {
        if (state.settings().shards() > 0) {
            return state.settings().shards();
        }
        int cores = state.nodes().values().stream().mapToInt(NodeRecord::cores).sum();
        return Math.min(
                SHARDS_PER_CORE * cores, SHARDS_PER_NODE_MAX * state.nodes().size());
    }

    /** The groups of which all is there: every member's replica, and a leader that knows its ranges. */
    static List<GroupId> groupsComplete(PlacementState state, Reports reports) {
        return state.groups().values().stream()
                .filter(group -> group.state() == GroupRecord.State.CREATING)
                .filter(group -> group.members().stream().allMatch(node -> reports.serves(node, group.id())))
                .filter(group -> leaderKnowsItsRanges(group, reports))
                .map(GroupRecord::id)
                .toList();
    }

    static boolean leaderKnowsItsRanges(GroupRecord group, Reports reports) {
        return leaderReport(group, reports)
                .filter(leader -> knowsItsRanges(leader, group))
                .isPresent();
    }

    /** All that a node should do now, leadership transfers apart. */
    static List<Instruction> of(NodeId node, PlacementState state, Reports reports) {
        List<Instruction> duties = new ArrayList<>();
        state.groups().values().forEach(group -> {
            // Only while the group is being made: later, a replica that is gone was lost, and one made afresh would
            // vote
            // against what it had promised.
            if (group.state() == GroupRecord.State.CREATING
                    && group.members().contains(node)
                    && reports.replica(node, group.id()).isEmpty()) {
                duties.add(createReplica(group, state));
            }
            if (group.state() == GroupRecord.State.RETIRED) {
                return;
            }
            MemberDuties.of(node, group.id(), state, reports).ifPresent(duties::add);
            // Its first ranges: later it learns of a change by settling the transfer that made it.
            if (group.state() == GroupRecord.State.CREATING
                    && reports.reportedLeader(group.id()).filter(node::equals).isPresent()
                    && leaderReport(group, reports)
                            .filter(leader -> leader.getOwnershipEpoch() == 0)
                            .isPresent()) {
                duties.add(assignRanges(group, state));
            }
        });
        MemberDuties.of(node, GroupId.PLACEMENT, state, reports).ifPresent(duties::add);
        duties.addAll(TransferDuties.of(node, state, reports));
        duties.addAll(removals(node, state, reports));
        return List.copyOf(duties);
    }

    /** Replicas of groups that are retired, or were: no other group ever goes from the state, and no number is given twice. */
    private static List<Instruction> removals(NodeId node, PlacementState state, Reports reports) {
        Reports.NodeReport report = reports.nodes().get(node);
        return report == null
                ? List.of()
                : report.replicas().keySet().stream()
                        .filter(group -> !group.isPlacement() && group.number() <= state.lastGroup())
                        .filter(group -> isRetired(state.groups().get(group)))
                        .sorted()
                        .map(MemberDuties::remove)
                        .toList();
    }

    private static boolean isRetired(@Nullable GroupRecord group) {
        return group == null || group.state() == GroupRecord.State.RETIRED;
    }

    private static Optional<ReplicaState> leaderReport(GroupRecord group, Reports reports) {
        return reports.reportedLeader(group.id()).flatMap(leader -> reports.replica(leader, group.id()));
    }

    private static boolean knowsItsRanges(ReplicaState leader, GroupRecord group) {
        return leader.getOwnershipEpoch() >= group.ownershipEpoch().value();
    }

    private static Instruction createReplica(GroupRecord group, PlacementState state) {
        CreateReplica.Builder create =
                CreateReplica.newBuilder().setGroup(group.id().toString());
        group.members().stream().sorted().forEach(member -> create.addMembers(MemberDuties.member(member, state)));
        return Instruction.newBuilder().setCreateReplica(create).build();
    }

    private static Instruction assignRanges(GroupRecord group, PlacementState state) {
        AssignRanges.Builder assign = AssignRanges.newBuilder()
                .setGroup(group.id().toString())
                .setEpoch(group.ownershipEpoch().value());
        state.ring().stream()
                .filter(entry -> entry.owner().equals(group.id()))
                .map(RangeEntry::range)
                .forEach(range -> assign.addRanges(TransferDuties.arc(range)));
        return Instruction.newBuilder().setAssignRanges(assign).build();
    }

    /** How many tokens of all each group owns, 0 .. 1. */
    static Map<GroupId, Double> shares(List<RangeEntry> ring) {
        Map<GroupId, Double> shares = new TreeMap<>();
        ring.forEach(entry -> shares.merge(entry.owner(), entry.range().share(), Double::sum));
        return shares;
    }
}

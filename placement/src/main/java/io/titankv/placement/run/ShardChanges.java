package io.titankv.placement.run;

import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.Decision;
import io.titankv.placement.plan.LeaderPlanner;
import io.titankv.placement.plan.RangePlanner;
import io.titankv.placement.plan.Reason;
import io.titankv.placement.plan.Step;
import io.titankv.placement.run.Changes.Wanted;
import io.titankv.placement.run.Claims.Level;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.MoveRangeRequest;
import io.titankv.proto.admin.v1.PlanInfo;
import io.titankv.proto.admin.v1.TransferLeaderRequest;
import io.titankv.proto.errors.TitanErrors;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What people ask to be done with shards: who owns what. Used by one call. */
final class ShardChanges {
    private final LeaderSession session;

    ShardChanges(LeaderSession session) {
        this.session = session;
    }

    CompletableFuture<ChangeResponse> create(ChangeOptions options) {
        return change("create", options, "creation of a shard", (planner, why) -> planner.create(next(), why));
    }

    CompletableFuture<ChangeResponse> split(String name, ChangeOptions options) {
        GroupId group = group(name);
        return change("split", options, "split of " + group, (planner, why) -> planner.split(group, next(), why));
    }

    CompletableFuture<ChangeResponse> move(MoveRangeRequest request) {
        GroupId to = group(request.getToShardId());
        TokenRange range;
        try {
            range = new TokenRange(request.getStart(), request.getEnd());
        } catch (IllegalArgumentException e) {
            throw TitanErrors.toException(ErrorReason.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
        return change(
                "move",
                request.getOptions(),
                "move of " + range + " to " + to,
                (planner, why) -> planner.move(range, to, why));
    }

    CompletableFuture<ChangeResponse> merge(String name, ChangeOptions options) {
        GroupId group = group(name);
        return change("merge", options, "merge of " + group, (planner, why) -> planner.merge(group, why));
    }

    CompletableFuture<ChangeResponse> rebalance(ChangeOptions options) {
        return change("rebalance", options, "rebalance of the shards", RangePlanner::rebalance);
    }

    CompletableFuture<ChangeResponse> transferLeader(TransferLeaderRequest request) {
        GroupId group = group(request.getShardId());
        NodeId to = NodeChanges.node(request.getToNodeId());
        Function<Reason, Decision> planner = reason -> {
            PlacementState state = session.state();
            return new LeaderPlanner(ClusterModels.of(state, session.reports()), session.policy())
                    .give(group, to, state.transfers().of(group).isPresent(), reason);
        };
        String what = "leadership of " + group + " to " + to;
        if (planner.apply(Reason.person("operator", what)) instanceof Decision.Rest) {
            return CompletableFuture.completedFuture(ChangeResponse.newBuilder()
                    .setPlan(PlanInfo.newBuilder()
                            .setKind(LeaderTransfers.KIND)
                            .setReason(group + " is led by " + to + " already"))
                    .build());
        }
        return new Changes(session, request.getOptions())
                .make(new Wanted(
                        LeaderTransfers.KIND,
                        what,
                        // A balance of other shards goes on.
                        operation -> Schedules.givesWay(operation, Level.REPLICAS) && holds(operation, group),
                        planner));
    }

    private static boolean holds(OperationRecord operation, GroupId group) {
        SortedMap<GroupId, String> claims = new TreeMap<>();
        Claims.add(operation, operation.settled(), claims);
        return claims.containsKey(group);
    }

    static GroupId group(String name) {
        try {
            return GroupId.parse(name);
        } catch (IllegalArgumentException e) {
            throw TitanErrors.toException(
                    ErrorReason.SHARD_UNKNOWN, "there is no shard " + name + ": " + e.getMessage());
        }
    }

    /** The next group's number. Operations that run may have one in their plan that is not formed yet. */
    private GroupId next() {
        PlacementState state = session.state();
        IntStream planned = state.journal().running().stream()
                .flatMap(operation -> operation.steps().stream())
                .mapToInt(step ->
                        step instanceof Step.CreateGroup create ? create.group().number() : 0);
        return new GroupId(1 + Math.max(state.lastGroup(), planned.max().orElse(0)));
    }

    private CompletableFuture<ChangeResponse> change(
            String kind, ChangeOptions options, String what, BiFunction<RangePlanner, Reason, Decision> planner) {
        return new Changes(session, options)
                .make(Wanted.of(
                        kind,
                        what,
                        Level.RANGES,
                        reason -> planner.apply(new RangePlanner(model(), session.policy()), reason)));
    }

    /** With what other operations change of who owns what; those that give way do not count. */
    private ClusterModel model() {
        PlacementState state = session.state();
        SortedMap<GroupId, String> claims = Claims.of(state, Level.RANGES);
        for (OperationRecord operation : state.journal().running()) {
            if (Schedules.givesWay(operation, Level.RANGES)) {
                claims.values().removeIf(operation.name()::equals);
                state.transfers().underWay().values().stream()
                        .filter(transfer -> transfer.operation() == operation.id())
                        .forEach(transfer -> claims.values().removeIf(transfer.name()::equals));
            }
        }
        return ClusterModels.of(state, session.reports()).withClaims(claims);
    }
}

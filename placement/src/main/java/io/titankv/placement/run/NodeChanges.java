package io.titankv.placement.run;

import io.titankv.model.ErrorReason;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.Decision;
import io.titankv.placement.plan.NodePlanner;
import io.titankv.placement.plan.Reason;
import io.titankv.placement.run.Changes.Wanted;
import io.titankv.placement.run.Claims.Level;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.errors.TitanErrors;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** What people ask to be done with nodes. Used by one call. */
final class NodeChanges {
    private final LeaderSession session;

    NodeChanges(LeaderSession session) {
        this.session = session;
    }

    CompletableFuture<ChangeResponse> drain(String name, ChangeOptions options) {
        NodeId node = node(name);
        return change(
                "drain", options, "drain of " + node, Optional.empty(), (planner, why) -> planner.drain(node, why));
    }

    CompletableFuture<ChangeResponse> decommission(String name, ChangeOptions options) {
        NodeId node = node(name);
        return change(
                "decommission",
                options,
                "decommission of " + node,
                Optional.of(node),
                (planner, why) -> planner.decommission(node, why));
    }

    CompletableFuture<ChangeResponse> recommission(String name, ChangeOptions options) {
        NodeId node = node(name);
        return change(
                "recommission",
                options,
                "recommission of " + node,
                Optional.empty(),
                (planner, why) -> planner.recommission(node, why));
    }

    CompletableFuture<ChangeResponse> replace(String name, String by, ChangeOptions options) {
        NodeId node = node(name);
        NodeId with = node(by);
        return change(
                "replace",
                options,
                "replacement of " + node + " by " + with,
                Optional.of(node),
                (planner, why) -> planner.replace(node, with, why));
    }

    static NodeId node(String name) {
        try {
            return new NodeId(name);
        } catch (IllegalArgumentException e) {
            throw TitanErrors.toException(ErrorReason.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private CompletableFuture<ChangeResponse> change(
            String kind,
            ChangeOptions options,
            String what,
            Optional<NodeId> leaving,
            BiFunction<NodePlanner, Reason, Decision> planner) {
        return new Changes(session, options)
                .make(Wanted.of(
                        kind,
                        what,
                        Level.REPLICAS,
                        reason -> planner.apply(new NodePlanner(model(leaving), session.policy()), reason)));
    }

    /** Planned for the cluster as it is without what gives way. */
    private ClusterModel model(Optional<NodeId> leaving) {
        PlacementState state = session.state();
        ClusterModel model = ClusterModels.of(state, session.reports(), leaving);
        for (OperationRecord operation : state.journal().running()) {
            if (Schedules.givesWay(operation, Level.REPLICAS)) {
                model = Undo.after(model, Undo.of(operation, state));
            }
        }
        return model;
    }
}

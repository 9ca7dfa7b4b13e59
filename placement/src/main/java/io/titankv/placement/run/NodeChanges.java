package io.titankv.placement.run;

import io.titankv.model.ErrorReason;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.Decision;
import io.titankv.placement.plan.NodePlanner;
import io.titankv.placement.plan.Plan;
import io.titankv.placement.plan.PlanRefused;
import io.titankv.placement.plan.Reason;
import io.titankv.placement.state.CommandResult;
import io.titankv.placement.state.OperationForm;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.Refusal;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/**
 * Changes of the cluster that people ask of the placement leader: planned, looked through, and then stored or begun. What schedulers do
 * only to make things nicer gives way. Used by one call.
 */
final class NodeChanges {
    private static final int WHY_CHARACTERS_MAX = 200;
    private static final int WHO_CHARACTERS_MAX = 64;

    /** Schedulers begin operations too, and the number that was meant for this one may be taken. */
    private static final int TRIES_MAX = 5;

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

    private static NodeId node(String name) {
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
        requireSense(options);
        Reason reason = Reason.person(
                options.getAskedBy().isEmpty() ? "operator" : options.getAskedBy(),
                options.getWhy().isEmpty() ? what : options.getWhy());
        Plan plan = planOf(leaving, reason, planner);
        if (options.getValidateOnly()) {
            return CompletableFuture.completedFuture(ChangeResponse.newBuilder()
                    .setPlan(OperationViews.plan(kind, plan))
                    .build());
        }
        Phase phase = options.getPlanOnly() ? Phase.PLANNED : Phase.RUNNING;
        CompletableFuture<?> cleared =
                phase == Phase.RUNNING ? stopBalancing(what) : CompletableFuture.completedFuture(null);
        return cleared.thenCompose(ignored -> begin(kind, plan, phase, 1)).thenApply(begun -> {
            ChangeResponse.Builder response = ChangeResponse.newBuilder().setPlan(OperationViews.plan(begun));
            if (phase == Phase.RUNNING) {
                response.setOperation(info(begun));
            }
            return response.build();
        });
    }

    private static void requireSense(ChangeOptions options) {
        if (options.getValidateOnly() && options.getPlanOnly()) {
            throw TitanErrors.toException(ErrorReason.BAD_REQUEST, "validate_only and plan_only exclude each other");
        }
        if (options.getWhy().length() > WHY_CHARACTERS_MAX
                || options.getAskedBy().length() > WHO_CHARACTERS_MAX) {
            throw TitanErrors.toException(
                    ErrorReason.BAD_REQUEST,
                    "why may have " + WHY_CHARACTERS_MAX + " characters, it has "
                            + options.getWhy().length() + "; asked_by " + WHO_CHARACTERS_MAX + ", it has "
                            + options.getAskedBy().length());
        }
    }

    /** Planned for the cluster as it is without what gives way. */
    private Plan planOf(Optional<NodeId> leaving, Reason reason, BiFunction<NodePlanner, Reason, Decision> planner) {
        PlacementState state = session.state();
        ClusterModel model = ClusterModels.of(state, session.reports(), leaving);
        for (OperationRecord operation : state.journal().running()) {
            if (Schedules.givesWay(operation)) {
                model = Undo.after(model, Undo.of(operation, state));
            }
        }
        return switch (planner.apply(new NodePlanner(model, session.policy()), reason)) {
            case Plan plan -> plan;
            case PlanRefused refused ->
                throw TitanErrors.toException(
                        refused.cause() == PlanRefused.Cause.NODE_UNKNOWN
                                ? TitanError.of(ErrorReason.NODE_UNKNOWN, refused.message())
                                : refusal(refused.message(), refused.cause().name()));
            case Decision.Rest _ ->
                throw TitanErrors.toException(
                        refusal("there is nothing to do", PlanRefused.Cause.NOTHING_TO_DO.name()));
        };
    }

    static TitanError refusal(String message, String cause) {
        return TitanError.of(ErrorReason.PLAN_REFUSED, message).with(TitanErrors.CAUSE, cause);
    }

    private CompletableFuture<?> stopBalancing(String what) {
        PlacementState state = session.state();
        List<CompletableFuture<CommandResult>> stopped = new ArrayList<>();
        for (OperationRecord operation : state.journal().running()) {
            if (Schedules.givesWay(operation)) {
                stopped.add(Proposals.propose(
                        session,
                        OperationForm.cancel(
                                state.clusterId(),
                                operation.id(),
                                Undo.of(operation, state),
                                "gives way to the " + what)));
            }
        }
        return CompletableFuture.allOf(stopped.toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<OperationRecord> begin(String kind, Plan plan, Phase phase, int tries) {
        PlacementState state = session.state();
        OperationRecord operation = Schedules.operation(state, kind, plan, phase, session.now());
        PlacementCommand command = OperationForm.begin(state.clusterId(), operation);
        if (command.getSerializedSize() >= session.replica.entryBytesMax()) {
            throw TitanErrors.toException(refusal(
                    "the plan has " + operation.steps().size() + " steps and " + command.getSerializedSize()
                            + " bytes, at most " + session.replica.entryBytesMax() + " are stored",
                    "TOO_LARGE"));
        }
        return Proposals.propose(session, command).thenCompose(result -> switch (result) {
            case CommandResult.Done _ -> CompletableFuture.completedFuture(operation);
            case CommandResult.Refused refused -> {
                if (refused.refusal() == Refusal.OPERATION_EXISTS && tries < TRIES_MAX) {
                    yield begin(kind, plan, phase, tries + 1);
                }
                throw TitanErrors.toException(
                        refusal(refused.message(), refused.refusal().name()));
            }
        });
    }

    private OperationInfo info(OperationRecord operation) {
        return OperationViews.operation(operation, Collections.emptySortedMap(), session.now(), true);
    }
}

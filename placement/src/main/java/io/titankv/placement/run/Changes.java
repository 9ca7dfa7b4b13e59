package io.titankv.placement.run;

import io.titankv.model.ErrorReason;
import io.titankv.placement.plan.Decision;
import io.titankv.placement.plan.Plan;
import io.titankv.placement.plan.PlanRefused;
import io.titankv.placement.plan.Reason;
import io.titankv.placement.run.Claims.Level;
import io.titankv.placement.state.CommandResult;
import io.titankv.placement.state.OperationForm;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.Refusal;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.PlanInfo;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Changes of the cluster that people ask of the placement leader: planned, looked through, and then stored or begun. What schedulers do
 * only to make things nicer, with what is asked for, gives way. Used by one call.
 */
final class Changes {
    private static final int WHY_CHARACTERS_MAX = 200;
    private static final int WHO_CHARACTERS_MAX = 64;

    /** Schedulers begin operations too, and the number that was meant for this one may be taken. */
    private static final int TRIES_MAX = 5;

    private final LeaderSession session;
    private final ChangeOptions options;

    Changes(LeaderSession session, ChangeOptions options) {
        this.session = session;
        this.options = options;
    }

    /**
     * A change as it is asked for.
     *
     * @param kind short name
     * @param what the change in a few words, for when the asker does not say why
     * @param givesWay which operations that run are cancelled for it
     * @param planner plans it; called again when another operation was first
     */
    record Wanted(String kind, String what, Predicate<OperationRecord> givesWay, Function<Reason, Decision> planner) {
        /** What schedulers change of the same gives way. */
        static Wanted of(String kind, String what, Level level, Function<Reason, Decision> planner) {
            return new Wanted(kind, what, operation -> Schedules.givesWay(operation, level), planner);
        }
    }

    CompletableFuture<ChangeResponse> make(Wanted wanted) {
        requireSense();
        return make(wanted, 1);
    }

    private CompletableFuture<ChangeResponse> make(Wanted wanted, int tries) {
        Reason reason = Reason.person(
                options.getAskedBy().isEmpty() ? "operator" : options.getAskedBy(),
                options.getWhy().isEmpty() ? wanted.what() : options.getWhy());
        Plan plan = require(wanted.planner().apply(reason));
        if (options.getValidateOnly()) {
            return CompletableFuture.completedFuture(ChangeResponse.newBuilder()
                    .setPlan(withShards(OperationViews.plan(wanted.kind(), plan), plan))
                    .build());
        }
        Phase phase = options.getPlanOnly() ? Phase.PLANNED : Phase.RUNNING;
        CompletableFuture<?> cleared =
                phase == Phase.RUNNING ? stopBalancing(wanted) : CompletableFuture.completedFuture(null);
        return cleared.thenCompose(ignored -> begin(wanted, plan, phase, tries));
    }

    private PlanInfo withShards(PlanInfo info, Plan plan) {
        return info.toBuilder()
                .addAllShards(RingViews.changes(plan.steps(), session.state(), session.reports()))
                .build();
    }

    private void requireSense() {
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

    private static Plan require(Decision decision) {
        return switch (decision) {
            case Plan plan -> plan;
            case PlanRefused refused ->
                throw TitanErrors.toException(
                        switch (refused.cause()) {
                            case NODE_UNKNOWN -> TitanError.of(ErrorReason.NODE_UNKNOWN, refused.message());
                            case GROUP_UNKNOWN -> TitanError.of(ErrorReason.SHARD_UNKNOWN, refused.message());
                            case GROUP_EXISTS,
                                    NODE_STATE,
                                    NO_VOTER,
                                    TOO_FEW_NODES,
                                    QUORUM,
                                    NO_ROOM,
                                    CLASH,
                                    NOTHING_TO_DO,
                                    NONSENSE ->
                                refusal(refused.message(), refused.cause().name());
                        });
            case Decision.Rest _ ->
                throw TitanErrors.toException(
                        refusal("there is nothing to do", PlanRefused.Cause.NOTHING_TO_DO.name()));
        };
    }

    static TitanError refusal(String message, String cause) {
        return TitanError.of(ErrorReason.PLAN_REFUSED, message).with(TitanErrors.CAUSE, cause);
    }

    private CompletableFuture<?> stopBalancing(Wanted wanted) {
        PlacementState state = session.state();
        List<CompletableFuture<CommandResult>> stopped = new ArrayList<>();
        for (OperationRecord operation : state.journal().running()) {
            if (wanted.givesWay().test(operation)) {
                stopped.add(Proposals.propose(
                        session,
                        OperationForm.cancel(
                                state.clusterId(),
                                operation.id(),
                                Undo.of(operation, state),
                                "gives way to the " + wanted.what())));
            }
        }
        return CompletableFuture.allOf(stopped.toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<ChangeResponse> begin(Wanted wanted, Plan plan, Phase phase, int tries) {
        PlacementState state = session.state();
        OperationRecord operation = Schedules.operation(state, wanted.kind(), plan, phase, session.now());
        PlacementCommand command = OperationForm.begin(state.clusterId(), operation);
        if (command.getSerializedSize() >= session.replica.entryBytesMax()) {
            throw TitanErrors.toException(refusal(
                    "the plan has " + operation.steps().size() + " steps and " + command.getSerializedSize()
                            + " bytes, at most " + session.replica.entryBytesMax() + " are stored",
                    "TOO_LARGE"));
        }
        return Proposals.propose(session, command).thenCompose(result -> switch (result) {
            case CommandResult.Done _ -> CompletableFuture.completedFuture(response(operation, plan, phase));
            case CommandResult.Refused refused -> {
                boolean wasLate =
                        refused.refusal() == Refusal.OPERATION_EXISTS || refused.refusal() == Refusal.GROUP_EXISTS;
                if (wasLate && tries < TRIES_MAX) {
                    yield make(wanted, tries + 1);
                }
                throw TitanErrors.toException(
                        refusal(refused.message(), refused.refusal().name()));
            }
        });
    }

    private ChangeResponse response(OperationRecord begun, Plan plan, Phase phase) {
        ChangeResponse.Builder response =
                ChangeResponse.newBuilder().setPlan(withShards(OperationViews.plan(begun), plan));
        if (phase == Phase.RUNNING) {
            response.setOperation(session.info(begun, true));
        }
        return response.build();
    }
}

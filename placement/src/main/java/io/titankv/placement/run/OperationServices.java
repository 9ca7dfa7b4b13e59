package io.titankv.placement.run;

import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import io.titankv.model.ErrorReason;
import io.titankv.placement.state.CommandResult;
import io.titankv.placement.state.OperationForm;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.Refusal;
import io.titankv.proto.admin.v1.ApplyPlanRequest;
import io.titankv.proto.admin.v1.CancelOperationRequest;
import io.titankv.proto.admin.v1.CancelPlanRequest;
import io.titankv.proto.admin.v1.GetOperationRequest;
import io.titankv.proto.admin.v1.GetPlanRequest;
import io.titankv.proto.admin.v1.ListOperationsRequest;
import io.titankv.proto.admin.v1.ListOperationsResponse;
import io.titankv.proto.admin.v1.ListPlansRequest;
import io.titankv.proto.admin.v1.ListPlansResponse;
import io.titankv.proto.admin.v1.OperationGrpc;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.OperationState;
import io.titankv.proto.admin.v1.PlanGrpc;
import io.titankv.proto.admin.v1.PlanInfo;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Plans and operations, answered by the placement leader. Thread-safe. */
final class OperationServices {
    private final LeaderCalls leader;

    OperationServices(LeaderCalls leader) {
        this.leader = leader;
    }

    List<BindableService> all() {
        return List.of(LeaderCalls.receiving(new PlanService()), LeaderCalls.receiving(new OperationService()));
    }

    private final class PlanService extends PlanGrpc.PlanImplBase {
        @Override
        public void listPlans(ListPlansRequest request, StreamObserver<ListPlansResponse> answer) {
            leader.answer(
                    PlanGrpc.getListPlansMethod(),
                    request,
                    answer,
                    session -> now(ListPlansResponse.newBuilder()
                            .addAllPlans(newestFirst(session)
                                    .filter(it -> it.phase() == Phase.PLANNED)
                                    .map(session::plan)
                                    .toList())
                            .build()));
        }

        @Override
        public void getPlan(GetPlanRequest request, StreamObserver<PlanInfo> answer) {
            leader.answer(
                    PlanGrpc.getGetPlanMethod(),
                    request,
                    answer,
                    session -> now(session.plan(plan(session, request.getPlanId()))));
        }

        @Override
        public void applyPlan(ApplyPlanRequest request, StreamObserver<OperationInfo> answer) {
            leader.answer(PlanGrpc.getApplyPlanMethod(), request, answer, session -> {
                OperationRecord stored = plan(session, request.getPlanId());
                return propose(session, OperationForm.apply(session.state().clusterId(), stored.id()))
                        .thenApply(done -> info(session, operation(session, stored.name())));
            });
        }

        @Override
        public void cancelPlan(CancelPlanRequest request, StreamObserver<PlanInfo> answer) {
            leader.answer(PlanGrpc.getCancelPlanMethod(), request, answer, session -> {
                OperationRecord stored = plan(session, request.getPlanId());
                return propose(
                                session,
                                OperationForm.cancel(session.state().clusterId(), stored.id(), List.of(), "not wanted"))
                        .thenApply(done -> session.plan(stored));
            });
        }
    }

    private final class OperationService extends OperationGrpc.OperationImplBase {
        @Override
        public void listOperations(ListOperationsRequest request, StreamObserver<ListOperationsResponse> answer) {
            leader.answer(OperationGrpc.getListOperationsMethod(), request, answer, session -> {
                List<OperationState> wanted = request.getStatesList();
                return now(ListOperationsResponse.newBuilder()
                        .addAllOperations(newestFirst(session)
                                .map(it -> session.info(it, false))
                                .filter(it -> wanted.isEmpty()
                                        ? it.getState() != OperationState.OPERATION_STATE_PENDING
                                        : wanted.contains(it.getState()))
                                .toList())
                        .build());
            });
        }

        @Override
        public void getOperation(GetOperationRequest request, StreamObserver<OperationInfo> answer) {
            leader.answer(
                    OperationGrpc.getGetOperationMethod(),
                    request,
                    answer,
                    session -> now(info(session, operation(session, request.getOperationId()))));
        }

        @Override
        public void cancelOperation(CancelOperationRequest request, StreamObserver<OperationInfo> answer) {
            leader.answer(OperationGrpc.getCancelOperationMethod(), request, answer, session -> {
                OperationRecord running = operation(session, request.getOperationId());
                String why = request.getWhy().isEmpty() ? "asked for" : request.getWhy();
                return propose(
                                session,
                                OperationForm.cancel(
                                        session.state().clusterId(),
                                        running.id(),
                                        Undo.of(running, session.state()),
                                        why))
                        .thenApply(done -> info(session, operation(session, running.name())));
            });
        }
    }

    private static Stream<OperationRecord> newestFirst(LeaderSession session) {
        return session.state().journal().operations().values().stream()
                .sorted(Comparator.comparingLong(OperationRecord::id).reversed());
    }

    private static OperationRecord plan(LeaderSession session, String name) {
        return session.state()
                .journal()
                .operation(OperationViews.idOf(name))
                .filter(it -> it.phase() == Phase.PLANNED)
                .orElseThrow(() -> TitanErrors.toException(
                        ErrorReason.PLAN_UNKNOWN, "there is no plan " + name + ", or it was applied or cancelled"));
    }

    private static OperationRecord operation(LeaderSession session, String name) {
        return session.state()
                .journal()
                .operation(OperationViews.idOf(name))
                .orElseThrow(() -> TitanErrors.toException(
                        ErrorReason.OPERATION_UNKNOWN, "there is no operation " + name + ", or not any more"));
    }

    private static OperationInfo info(LeaderSession session, OperationRecord operation) {
        return session.info(operation, true);
    }

    private static <T> CompletableFuture<T> now(T value) {
        return CompletableFuture.completedFuture(value);
    }

    /** Completes when it is done; exceptionally, with an error for the wire, when it is refused. */
    static CompletableFuture<CommandResult.Done> propose(LeaderSession session, PlacementCommand command) {
        return Proposals.propose(session, command).thenApply(result -> switch (result) {
            case CommandResult.Done done -> done;
            case CommandResult.Refused refused ->
                throw TitanErrors.toException(
                        refused.refusal() == Refusal.NONSENSE
                                ? TitanError.of(ErrorReason.BAD_REQUEST, refused.message())
                                : Changes.refusal(
                                        refused.message(), refused.refusal().name()));
        });
    }
}

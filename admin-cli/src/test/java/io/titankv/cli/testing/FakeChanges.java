package io.titankv.cli.testing;

import com.google.protobuf.Duration;
import io.grpc.stub.StreamObserver;
import io.titankv.model.ErrorReason;
import io.titankv.proto.admin.v1.ApplyPlanRequest;
import io.titankv.proto.admin.v1.CancelOperationRequest;
import io.titankv.proto.admin.v1.CancelPlanRequest;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
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
import io.titankv.proto.admin.v1.PlanStep;
import io.titankv.proto.admin.v1.StepState;
import io.titankv.proto.errors.TitanErrors;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Plans and operations of a {@link FakeCluster}. An operation is done when it has been looked at twice. */
public final class FakeChanges {
    private final Map<String, PlanInfo> plans = new ConcurrentSkipListMap<>();
    private final Map<String, OperationInfo> operations = new ConcurrentSkipListMap<>();
    private final AtomicInteger last = new AtomicInteger();
    private final AtomicInteger looks = new AtomicInteger();
    private volatile String failure = "";

    private final AtomicInteger leaderless = new AtomicInteger();

    /** So many questions after an operation find no leader of placement. */
    public void loseLeaderFor(int questions) {
        leaderless.set(questions);
    }

    /** Those that were begun. */
    public Map<String, OperationInfo> operations() {
        return operations;
    }

    /** From now on operations end by failing. */
    public void failing(String why) {
        failure = why;
    }

    ChangeResponse change(String kind, String node, String to, ChangeOptions options) {
        if (kind.equals("decommission") && node.equals("n3")) {
            throw TitanErrors.toException(
                    ErrorReason.PLAN_REFUSED,
                    "node n3 cannot be decommissioned: s1 wants 3 replicas on different nodes");
        }
        PlanInfo plan = PlanInfo.newBuilder()
                .setKind(kind)
                .setReason(options.getAskedBy() + ": " + options.getWhy())
                .setBytes(3 << 20)
                .setExpected(Duration.newBuilder().setSeconds(12))
                .addWarnings("two replicas of s1 will share zone z1")
                .addSteps(PlanStep.newBuilder()
                        .setKind("move replica")
                        .setShardId("s1")
                        .setFromNodeId(node)
                        .setToNodeId(to)
                        .setBytes(3 << 20))
                .build();
        return change(plan, options);
    }

    private ChangeResponse change(PlanInfo plan, ChangeOptions options) {
        if (options.getValidateOnly()) {
            return ChangeResponse.newBuilder().setPlan(plan).build();
        }
        String id = "op-" + last.incrementAndGet();
        PlanInfo stored = plan.toBuilder().setPlanId(id).build();
        if (options.getPlanOnly()) {
            plans.put(id, stored);
            return ChangeResponse.newBuilder().setPlan(stored).build();
        }
        return ChangeResponse.newBuilder()
                .setPlan(stored)
                .setOperation(begin(stored))
                .build();
    }

    private OperationInfo begin(PlanInfo plan) {
        looks.set(0);
        OperationInfo begun = OperationInfo.newBuilder()
                .setOperationId(plan.getPlanId())
                .setKind(plan.getKind())
                .setReason(plan.getReason())
                .setState(OperationState.OPERATION_STATE_RUNNING)
                .setStepsTotal(plan.getStepsCount())
                .setBytesLeft(plan.getBytes())
                .setWaitingOn("node n1 already sends 2 replicas; the limit is 2")
                .addAllSteps(plan.getStepsList().stream()
                        .map(step -> step.toBuilder()
                                .setState(StepState.STEP_STATE_WAITING)
                                .build())
                        .toList())
                .build();
        if (plan.getShardsCount() > 0) {
            // Half of it is copied, at one MiB a second.
            begun = begun.toBuilder()
                    .setBytesDone(plan.getBytes() / 2)
                    .setBytesLeft(plan.getBytes() - plan.getBytes() / 2)
                    .setBytesPerSecond(1 << 20)
                    .setEta(Duration.newBuilder().setSeconds(2))
                    .build();
        }
        operations.put(plan.getPlanId(), begun);
        return begun;
    }

    private OperationInfo operation(String id) {
        OperationInfo found = operations.get(id);
        if (found == null) {
            throw TitanErrors.toException(ErrorReason.OPERATION_UNKNOWN, "there is no operation " + id);
        }
        return found;
    }

    private PlanInfo plan(String id) {
        PlanInfo found = plans.get(id);
        if (found == null) {
            throw TitanErrors.toException(ErrorReason.PLAN_UNKNOWN, "there is no plan " + id);
        }
        return found;
    }

    private static <T> void give(StreamObserver<T> observer, java.util.function.Supplier<T> answer) {
        try {
            observer.onNext(answer.get());
            observer.onCompleted();
        } catch (RuntimeException e) {
            observer.onError(e);
        }
    }

    final class FakePlanService extends PlanGrpc.PlanImplBase {
        @Override
        public void listPlans(ListPlansRequest request, StreamObserver<ListPlansResponse> observer) {
            give(
                    observer,
                    () -> ListPlansResponse.newBuilder()
                            .addAllPlans(plans.values())
                            .build());
        }

        @Override
        public void getPlan(GetPlanRequest request, StreamObserver<PlanInfo> observer) {
            give(observer, () -> plan(request.getPlanId()));
        }

        @Override
        public void applyPlan(ApplyPlanRequest request, StreamObserver<OperationInfo> observer) {
            give(observer, () -> begin(plan(request.getPlanId())));
        }

        @Override
        public void cancelPlan(CancelPlanRequest request, StreamObserver<PlanInfo> observer) {
            give(observer, () -> {
                PlanInfo gone = plan(request.getPlanId());
                plans.remove(gone.getPlanId());
                return gone;
            });
        }
    }

    final class FakeOperationService extends OperationGrpc.OperationImplBase {
        @Override
        public void listOperations(ListOperationsRequest request, StreamObserver<ListOperationsResponse> observer) {
            give(
                    observer,
                    () -> ListOperationsResponse.newBuilder()
                            .addAllOperations(operations.values())
                            .build());
        }

        @Override
        public void getOperation(GetOperationRequest request, StreamObserver<OperationInfo> observer) {
            give(observer, () -> {
                if (leaderless.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw TitanErrors.toException(ErrorReason.NO_LEADER, "this node knows of no leader of placement");
                }
                OperationInfo now = operation(request.getOperationId());
                if (looks.incrementAndGet() < 2 || now.getState() != OperationState.OPERATION_STATE_RUNNING) {
                    return now;
                }
                OperationInfo done = now.toBuilder()
                        .setState(
                                failure.isEmpty()
                                        ? OperationState.OPERATION_STATE_DONE
                                        : OperationState.OPERATION_STATE_FAILED)
                        .setError(failure)
                        .setStepsDone(now.getStepsTotal())
                        .clearWaitingOn()
                        .build();
                operations.put(done.getOperationId(), done);
                return done;
            });
        }

        @Override
        public void cancelOperation(CancelOperationRequest request, StreamObserver<OperationInfo> observer) {
            give(observer, () -> {
                OperationInfo cancelled = operation(request.getOperationId()).toBuilder()
                        .setState(OperationState.OPERATION_STATE_CANCELLED)
                        .setError(request.getWhy())
                        .build();
                operations.put(cancelled.getOperationId(), cancelled);
                return cancelled;
            });
        }
    }

    void drained(String node, ChangeOptions options, StreamObserver<ChangeResponse> observer) {
        give(observer, () -> change("drain", node, "", options));
    }

    void decommissioned(String node, ChangeOptions options, StreamObserver<ChangeResponse> observer) {
        give(observer, () -> change("decommission", node, "n4", options));
    }

    void recommissioned(String node, ChangeOptions options, StreamObserver<ChangeResponse> observer) {
        give(observer, () -> change("recommission", node, "", options));
    }

    void replaced(String node, String by, ChangeOptions options, StreamObserver<ChangeResponse> observer) {
        give(observer, () -> change("replace", node, by, options));
    }

    /** A plan that gives ranges from shard to shard. */
    void shared(PlanInfo.Builder plan, ChangeOptions options, StreamObserver<ChangeResponse> observer) {
        PlanInfo reasoned = plan.setReason(options.getAskedBy() + ": " + options.getWhy())
                .setBytes(4 << 20)
                .setExpected(Duration.newBuilder().setSeconds(4))
                .build();
        give(observer, () -> change(reasoned, options));
    }
}

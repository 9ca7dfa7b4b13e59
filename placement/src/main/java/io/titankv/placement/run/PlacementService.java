package io.titankv.placement.run;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.placement.state.CommandResult;
import io.titankv.placement.state.NodeRecord;
import io.titankv.placement.state.StoredForm;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.internal.v1.HeartbeatRequest;
import io.titankv.proto.internal.v1.HeartbeatResponse;
import io.titankv.proto.internal.v1.PlacementGrpc;
import io.titankv.proto.internal.v1.RegisterRequest;
import io.titankv.proto.internal.v1.RegisterResponse;
import io.titankv.proto.internal.v1.WatchMapRequest;
import io.titankv.proto.internal.v1.WatchMapResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What nodes ask of the placement leader. Only the leader answers, and only while it is known to be one; other nodes say who leads
 * as far as they know. Thread-safe.
 */
final class PlacementService extends PlacementGrpc.PlacementImplBase {
    private final LeaderSeat seat;
    private final PlacementEnvironment environment;
    /** Wakes the leader's loop. */
    private final Runnable wake;

    PlacementService(LeaderSeat seat, PlacementEnvironment environment, Runnable wake) {
        this.seat = seat;
        this.environment = environment;
        this.wake = wake;
    }

    @Override
    public void register(RegisterRequest request, StreamObserver<RegisterResponse> answer) {
        LeaderSession session = sessionOrError(request.getClusterId(), answer);
        if (session == null) {
            return;
        }
        NodeRecord node;
        try {
            node = StoredForm.node(request.getNode());
        } catch (IllegalArgumentException e) {
            answer.onError(TitanErrors.toException(ErrorReason.BAD_REQUEST, String.valueOf(e.getMessage())));
            return;
        }
        var _ = seat.confirmed(session)
                .thenCompose(ignored -> node.equals(session.state().nodes().get(node.id()))
                        ? CompletableFuture.<CommandResult>completedFuture(new CommandResult.Done(
                                session.state().revision(), session.state().epoch(), false))
                        : Proposals.propose(
                                session, StoredForm.register(session.state().clusterId(), node)))
                .whenComplete((result, failure) -> {
                    if (failure != null) {
                        answer.onError(LeaderSeat.wireError(failure));
                        return;
                    }
                    switch (result) {
                        case CommandResult.Done done -> {
                            answer.onNext(RegisterResponse.newBuilder()
                                    .setRevision(done.revision())
                                    .build());
                            answer.onCompleted();
                            wake.run();
                        }
                        case CommandResult.Refused refused -> answer.onError(refused(refused.message()));
                    }
                });
    }

    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> answer) {
        LeaderSession session = sessionOrError(request.getClusterId(), answer);
        if (session == null) {
            return;
        }
        var _ = seat.confirmed(session)
                .thenApply(ignored -> heard(session, request))
                .whenComplete((response, failure) -> {
                    if (failure != null) {
                        answer.onError(LeaderSeat.wireError(failure));
                        return;
                    }
                    answer.onNext(response);
                    answer.onCompleted();
                });
    }

    private HeartbeatResponse heard(LeaderSession session, HeartbeatRequest request) {
        NodeId id;
        try {
            id = new NodeId(request.getNodeId());
        } catch (IllegalArgumentException e) {
            throw TitanErrors.toException(ErrorReason.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
        NodeRecord node = session.state().nodes().get(id);
        if (node == null) {
            throw TitanErrors.toException(ErrorReason.NODE_UNKNOWN, "node " + id + " has not registered");
        }
        if (!node.incarnation().equals(request.getIncarnation())) {
            throw refused("node id " + id + " is already used by another data directory");
        }
        try {
            if (session.book.note(
                    id,
                    request,
                    environment.ticker().nanos(),
                    environment.wallClock().instant())) {
                wake.run();
            }
        } catch (IllegalArgumentException e) {
            throw TitanErrors.toException(ErrorReason.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
        ShardMap published = session.published();
        return HeartbeatResponse.newBuilder()
                .setEpoch(published.epoch().value())
                .setRoutesRevision(published.revision())
                .addAllInstructions(session.duties(id))
                .setCopyBytesPerSecondMax(session.state().wishes().transferBytesPerSecond())
                .build();
    }

    @Override
    public void watchMap(WatchMapRequest request, StreamObserver<WatchMapResponse> answer) {
        LeaderSession session = sessionOrError(request.getClusterId(), answer);
        if (session == null) {
            return;
        }
        if (!(answer instanceof ServerCallStreamObserver<WatchMapResponse> stream) || request.getKnownEpoch() < 0) {
            answer.onError(TitanErrors.toException(ErrorReason.BAD_REQUEST, "the known epoch makes no sense"));
            return;
        }
        MapWatcher watcher = new MapWatcher(
                request.getNodeId(), stream, new Epoch(request.getKnownEpoch()), request.getKnownRevision());
        stream.setOnCancelHandler(() -> {
            watcher.cancelled();
            session.remove(watcher);
        });
        stream.setOnReadyHandler(watcher::flush);
        var _ = seat.confirmed(session).whenComplete((ignored, failure) -> {
            if (failure != null) {
                answer.onError(LeaderSeat.wireError(failure));
            } else if (session.add(watcher)) {
                watcher.offer(session.published(), session.view(), false);
            } else {
                answer.onError(TitanErrors.toException(
                        TitanError.of(ErrorReason.BUSY, "more than " + LeaderSession.WATCHERS_MAX + " watch already")
                                .withRetryDelay(Duration.ofSeconds(1))));
            }
        });
    }

    private @Nullable LeaderSession sessionOrError(String clusterId, StreamObserver<?> answer) {
        LeaderSession session = seat.taken().orElse(null);
        if (session == null) {
            answer.onError(TitanErrors.toException(seat.notLeader()));
            return null;
        }
        if (!session.state().isFounded()) {
            answer.onError(TitanErrors.toException(ErrorReason.NOT_READY, "the cluster is being founded"));
            return null;
        }
        if (!session.state().clusterId().equals(clusterId)) {
            answer.onError(refused("this is cluster " + session.state().clusterId() + ", not " + clusterId));
            return null;
        }
        return session;
    }

    /** Refused for good: the same request will be refused again. */
    private static RuntimeException refused(String message) {
        return Status.FAILED_PRECONDITION.withDescription(message).asRuntimeException();
    }
}

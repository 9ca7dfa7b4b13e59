package io.titankv.gateway;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.titankv.gateway.GatewayMeters.Kind;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.Limits;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.host.Burst;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.RequestOptions;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionRequest;
import io.titankv.proto.kv.v1.SessionResponse;
import io.titankv.proto.kv.v1.SessionResult;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session: carries out the operations of each message side by side, and answers in whatever order they end.
 *
 * <p>Results that are ready together leave together; none waits for another. The next message is read only while fewer operations
 * and bytes are unanswered than the session may have, so that a caller which does not read its answers is not read from either.
 * An operation counts until its result has been handed to the transport.
 *
 * <p>gRPC calls {@link #onNext}, {@link #onCompleted} and {@link #onError} one at a time. All use of the outgoing side happens in
 * {@link #drain}, which runs on one thread at a time, whoever asks for it.
 */
final class KvSession implements StreamObserver<SessionRequest> {
    /** A message of results gets no further one once it holds this many bytes. */
    private static final int RESPONSE_BYTES = 1 << 20;

    private static final Logger log = LoggerFactory.getLogger(KvSession.class);

    private final GatewayParts parts;
    private final Arrival arrival;
    private final ServerCallStreamObserver<SessionResponse> out;

    private final ConcurrentLinkedQueue<Ready> ready = new ConcurrentLinkedQueue<>();
    private final AtomicInteger drains = new AtomicInteger();
    /** One object, so that a burst of answers leaves word once. */
    private final Runnable drainSoon = this::drainSoon;
    /** Operations read and not yet answered. */
    private final AtomicInteger ops = new AtomicInteger();
    /** Their bytes, and those of results that wait to be sent. */
    private final AtomicLong bytes = new AtomicLong();

    /** True while gRPC has been asked for a message that has not come. */
    private volatile boolean requested;

    private volatile boolean halfClosed;
    private volatile boolean cancelled;
    /** Only touched in {@link #drain}. */
    private boolean ended;

    /**
     * A result that waits to be sent.
     *
     * @param permit gives back the operation's room, null when none was taken
     * @param heldBytes of operation and result
     */
    private record Ready(SessionResult result, Admission.@Nullable Permit permit, long heldBytes) {}

    KvSession(GatewayParts parts, Arrival arrival, ServerCallStreamObserver<SessionResponse> out) {
        this.parts = parts;
        this.arrival = arrival;
        this.out = out;
    }

    void start() {
        parts.meters().onSessionOpened();
        out.disableAutoRequest();
        out.setOnReadyHandler(this::drain);
        out.setOnCancelHandler(this::onCancel);
        requested = true;
        out.request(1);
    }

    // ---- in

    @Override
    public void onNext(SessionRequest message) {
        int count = message.getOperationsCount();
        ops.addAndGet(count);
        long messageBytes = message.getOperationsList().stream()
                .mapToLong(SessionOperation::getSerializedSize)
                .sum();
        bytes.addAndGet(messageBytes);
        requested = false;
        ShardMap map = parts.routes().current();
        Optional<TitanError> refusal = refusal(message);
        Optional<Admission.Permit> permit =
                refusal.isPresent() ? Optional.empty() : parts.admission().tryAdmit(count, messageBytes);
        if (permit.isPresent()) {
            Burst.run(() -> message.getOperationsList().forEach(operation -> begin(operation, map, permit.get())));
        } else {
            TitanError error = refusal.orElseGet(() -> parts.admission().busy());
            message.getOperationsList()
                    .forEach(operation ->
                            onAnswer(operation, map, null, parts.ticker().nanos(), Answer.refused(error)));
        }
        drain();
    }

    private static Optional<TitanError> refusal(SessionRequest message) {
        try {
            RequestCheck.requireBatchBounds("message", message.getOperationsCount(), message.getSerializedSize());
            return Optional.empty();
        } catch (RequestRefusedException e) {
            return Optional.of(e.error());
        }
    }

    private void begin(SessionOperation operation, ShardMap map, Admission.Permit permit) {
        long startNanos = parts.ticker().nanos();
        CompletableFuture<Answer<SessionResult>> answer;
        try {
            Call call = new Call(arrival, deadline(operation), () -> cancelled);
            KeyOperation checked = new RequestCheck(map).operation(operation);
            if (checked.options().getEpoch() > map.epoch().value()) {
                parts.routes().onEpochSeen(new Epoch(checked.options().getEpoch()));
            }
            answer = parts.operations().run(checked, call);
        } catch (RequestRefusedException e) {
            answer = CompletableFuture.completedFuture(Answer.refused(e.error()));
        }
        CompletableFuture<Answer<SessionResult>> _ = answer.whenComplete((done, failure) -> {
            Answer<SessionResult> result = failure == null
                    ? done
                    : Answer.refused(TitanError.of(
                            ErrorReason.OUTCOME_UNDETERMINED, "operation ended without an outcome: " + failure));
            onAnswer(operation, map, permit, startNanos, result);
            Burst.atEnd(drainSoon);
        });
    }

    private Deadline deadline(SessionOperation operation) {
        Duration timeout = operation.getTimeoutMillis() == 0
                ? parts.options().timeoutDefault()
                : Duration.ofMillis(Integer.toUnsignedLong(operation.getTimeoutMillis()));
        if (timeout.compareTo(parts.options().timeoutMax()) > 0) {
            throw RequestCheck.badRequest("timeout_millis is " + timeout.toMillis() + "; the limit is "
                    + parts.options().timeoutMax().toMillis());
        }
        return Deadline.in(timeout, parts.ticker());
    }

    @Override
    public void onCompleted() {
        halfClosed = true;
        drain();
    }

    @Override
    public void onError(Throwable failure) {
        onCancel();
    }

    private void onCancel() {
        cancelled = true;
        drain();
    }

    // ---- out

    private void onAnswer(
            SessionOperation operation,
            ShardMap map,
            Admission.@Nullable Permit permit,
            long startNanos,
            Answer<SessionResult> answer) {
        SessionResult result = toResult(operation, map, answer);
        ErrorReason reason = answer instanceof Answer.Refused<SessionResult>(TitanError error) ? error.reason() : null;
        parts.meters().onAnswered(kind(operation), reason, parts.ticker().nanos() - startNanos);
        int resultBytes = result.getSerializedSize();
        bytes.addAndGet(resultBytes);
        if (permit != null) {
            permit.grow(resultBytes);
        }
        ready.add(new Ready(result, permit, (long) operation.getSerializedSize() + resultBytes));
    }

    private static SessionResult toResult(SessionOperation operation, ShardMap map, Answer<SessionResult> answer) {
        SessionResult.Builder result = switch (answer) {
            case Answer.Done<SessionResult>(SessionResult done) ->
                done.toBuilder().clearCurrentEpoch();
            case Answer.Refused<SessionResult>(TitanError error) ->
                SessionResult.newBuilder().setStatus(TitanErrors.toKeyStatus(error));
        };
        long routedBy = options(operation).getEpoch();
        if (routedBy != 0 && routedBy < map.epoch().value()) {
            result.setCurrentEpoch(map.epoch().value());
        }
        return result.setId(operation.getId()).build();
    }

    private static RequestOptions options(SessionOperation operation) {
        return switch (operation.getOperationCase()) {
            case GET -> operation.getGet().getOptions();
            case PUT -> operation.getPut().getOptions();
            case DELETE -> operation.getDelete().getOptions();
            case OPERATION_NOT_SET -> RequestOptions.getDefaultInstance();
        };
    }

    private static Kind kind(SessionOperation operation) {
        return switch (operation.getOperationCase()) {
            case GET, OPERATION_NOT_SET -> Kind.SESSION_GET;
            case PUT -> Kind.SESSION_PUT;
            case DELETE -> Kind.SESSION_DELETE;
        };
    }

    /** From the threads that apply entries: they only leave word. */
    private void drainSoon() {
        if (drains.getAndIncrement() == 0) {
            parts.executor().execute(this::drainAll);
        }
    }

    private void drain() {
        if (drains.getAndIncrement() == 0) {
            drainAll();
        }
    }

    private void drainAll() {
        int seen = drains.get();
        do {
            try {
                drainOnce();
            } catch (RuntimeException e) {
                // The transport refused a message: the stream is of no use any more, and what it holds must be given
                // back.
                log.atWarn().setCause(e).log("session ended: its answers cannot be sent");
                cancelled = true;
                discard();
            }
            seen = drains.addAndGet(-seen);
        } while (seen != 0);
    }

    private void drainOnce() {
        if (cancelled || ended) {
            discard();
            return;
        }
        while (out.isReady() && !ready.isEmpty()) {
            send();
        }
        if (!requested
                && !halfClosed
                && ops.get() < parts.options().sessionOpsMax()
                && bytes.get() < parts.options().sessionBytesMax()) {
            requested = true;
            out.request(1);
        }
        if (halfClosed && ops.get() == 0) {
            ended = true;
            parts.meters().onSessionClosed();
            out.onCompleted();
        }
    }

    private void send() {
        SessionResponse.Builder response = SessionResponse.newBuilder();
        int responseBytes = 0;
        while (response.getResultsCount() < Limits.REQUEST_OPERATIONS_MAX && responseBytes < RESPONSE_BYTES) {
            Ready next = ready.poll();
            if (next == null) {
                break;
            }
            response.addResults(next.result());
            responseBytes += next.result().getSerializedSize();
            release(next);
        }
        out.onNext(response.build());
    }

    private void discard() {
        if (!ended) {
            ended = true;
            parts.meters().onSessionClosed();
        }
        Ready next = ready.poll();
        while (next != null) {
            release(next);
            next = ready.poll();
        }
    }

    private void release(Ready sent) {
        ops.decrementAndGet();
        bytes.addAndGet(-sent.heldBytes());
        if (sent.permit() != null) {
            sent.permit().release(1, sent.heldBytes());
        }
    }
}

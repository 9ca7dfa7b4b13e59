package io.titankv.gateway;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.Limits;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.host.Burst;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
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
    private final AnswerRoom room;
    private final StallWatch stall;

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
     * @param operationBytes that the permit is for
     * @param room where the result is held, null when it was not read
     */
    private record Ready(
            SessionResult result,
            Admission.@Nullable Permit permit,
            int operationBytes,
            @Nullable CallRoom room) {}

    KvSession(GatewayParts parts, Arrival arrival, ServerCallStreamObserver<SessionResponse> out) {
        this.parts = parts;
        this.arrival = arrival;
        this.out = out;
        this.room = parts.rooms().session(arrival);
        this.stall = new StallWatch(parts.options().untakenMax(), parts.ticker(), parts.timer(), this::drainSoon);
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
                            onAnswer(operation, map, null, null, parts.ticker().nanos(), Answer.refused(error)));
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
        CallRoom callRoom = new CallRoom(room, askerBytes(operation));
        try {
            Call call = new Call(arrival, deadline(operation), () -> cancelled, callRoom);
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
            onAnswer(operation, map, permit, callRoom, startNanos, result);
            Burst.atEnd(drainSoon);
        });
    }

    private int askerBytes(SessionOperation operation) {
        // More than an int holds is more than any value has.
        return arrival == Arrival.CLIENT || operation.getRoomBytes() <= 0
                ? AnswerRooms.ASKER_BYTES_ANY
                : operation.getRoomBytes();
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
            @Nullable CallRoom callRoom,
            long startNanos,
            Answer<SessionResult> answer) {
        SessionResult result = SessionResults.of(operation, map, answer);
        ErrorReason reason = answer instanceof Answer.Refused<SessionResult>(TitanError error) ? error.reason() : null;
        parts.meters()
                .onAnswered(
                        SessionResults.kind(operation), reason, parts.ticker().nanos() - startNanos);
        bytes.addAndGet(result.getSerializedSize());
        ready.add(new Ready(result, permit, operation.getSerializedSize(), callRoom));
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
        boolean sent = false;
        while (out.isReady() && !ready.isEmpty()) {
            send();
            sent = true;
        }
        if (ready.isEmpty()) {
            stall.onEmpty();
        } else if (stall.onWaiting(sent)) {
            endUntaken();
            return;
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

    private void endUntaken() {
        cancelled = true;
        discard();
        Duration untaken = parts.options().untakenMax();
        out.onError(TitanErrors.toException(TitanError.of(
                ErrorReason.TIMED_OUT, "session's answers were not read for " + untaken.toSeconds() + " s")));
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
        bytes.addAndGet(-sent.operationBytes() - sent.result().getSerializedSize());
        if (sent.permit() != null) {
            sent.permit().release(1, sent.operationBytes());
        }
        if (sent.room() != null) {
            sent.room().giveBack();
        }
    }
}

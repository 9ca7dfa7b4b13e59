package io.titankv.gateway;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.titankv.gateway.GatewayMeters.Kind;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.ShardMap;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.BatchGetRequest;
import io.titankv.proto.kv.v1.BatchGetResponse;
import io.titankv.proto.kv.v1.BatchWriteRequest;
import io.titankv.proto.kv.v1.BatchWriteResponse;
import io.titankv.proto.kv.v1.DeleteRequest;
import io.titankv.proto.kv.v1.DeleteResponse;
import io.titankv.proto.kv.v1.ExplainRequest;
import io.titankv.proto.kv.v1.ExplainResponse;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.GetResponse;
import io.titankv.proto.kv.v1.KvGrpc;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.PutResponse;
import io.titankv.proto.kv.v1.RequestOptions;
import io.titankv.proto.kv.v1.ScanRequest;
import io.titankv.proto.kv.v1.ScanResponse;
import io.titankv.proto.kv.v1.SessionRequest;
import io.titankv.proto.kv.v1.SessionResponse;
import io.titankv.proto.kv.v1.SessionResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The Kv service: admits a call, checks it, has it carried out, answers. Thread-safe. */
final class KvEndpoint extends KvGrpc.KvImplBase {
    /** An answer leaves this long before the caller stops waiting, or a tenth of its time if that is less. */
    private static final Duration ANSWER_AHEAD_MAX = Duration.ofMillis(50);

    private final GatewayParts parts;

    KvEndpoint(GatewayParts parts) {
        this.parts = parts;
    }

    @Override
    public void get(GetRequest request, StreamObserver<GetResponse> observer) {
        unary(Kind.GET, request, request.getSerializedSize(), observer, (map, call) -> {
            seen(request.getOptions());
            return parts.operations()
                    .run(new RequestCheck(map).get(request), call)
                    .thenApply(answer -> answer.map(SessionResult::getGet));
        });
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
        unary(Kind.PUT, request, request.getSerializedSize(), observer, (map, call) -> {
            seen(request.getOptions());
            return parts.operations()
                    .run(new RequestCheck(map).put(request), call)
                    .thenApply(answer -> answer.map(SessionResult::getPut));
        });
    }

    @Override
    public void delete(DeleteRequest request, StreamObserver<DeleteResponse> observer) {
        unary(Kind.DELETE, request, request.getSerializedSize(), observer, (map, call) -> {
            seen(request.getOptions());
            return parts.operations()
                    .run(new RequestCheck(map).delete(request), call)
                    .thenApply(answer -> answer.map(SessionResult::getDelete));
        });
    }

    @Override
    public void batchGet(BatchGetRequest request, StreamObserver<BatchGetResponse> observer) {
        unary(Kind.BATCH_GET, request, request.getSerializedSize(), observer, (map, call) -> {
            seen(request.getOptions());
            List<KeyOperation.Read> reads = new RequestCheck(map).batch(request);
            SessionMarks before = reads.getFirst().terms().seen();
            return parts.batches().get(reads, call, new Batches.Tokens(before, map.clusterId()));
        });
    }

    @Override
    public void batchWrite(BatchWriteRequest request, StreamObserver<BatchWriteResponse> observer) {
        unary(Kind.BATCH_WRITE, request, request.getSerializedSize(), observer, (map, call) -> {
            seen(request.getOptions());
            RequestCheck check = new RequestCheck(map);
            boolean perShard = check.perShard(request);
            List<KeyOperation.Write> writes = check.batch(request);
            Batches.Tokens tokens = new Batches.Tokens(writes.getFirst().seen(), map.clusterId());
            return perShard
                    ? parts.atomicBatches().write(writes, request.getOptions(), call, tokens)
                    : parts.batches().write(writes, call, tokens);
        });
    }

    @Override
    public void scan(ScanRequest request, StreamObserver<ScanResponse> observer) {
        ShardMap mapNow = parts.routes().current();
        unary(Kind.SCAN, request, scanBytes(request, mapNow), observer, (map, call) -> {
            seen(request.getOptions());
            ScanPlan plan = ScanPlan.of(request, map);
            return parts.scans()
                    .page(plan, call)
                    .thenApply(answer -> answer.map(page -> page.toResponse(plan, map.clusterId())));
        });
    }

    private static long scanBytes(ScanRequest request, ShardMap map) {
        try {
            return ScanPlan.of(request, map).pageBytesGuess();
        } catch (RequestRefusedException e) {
            // Told to the caller once it is admitted.
            return request.getSerializedSize();
        }
    }

    @Override
    public void scanStream(ScanRequest request, StreamObserver<ScanResponse> observer) {
        ServerCallStreamObserver<ScanResponse> out = (ServerCallStreamObserver<ScanResponse>) observer;
        long startNanos = parts.ticker().nanos();
        ShardMap map = parts.routes().current();
        try {
            ScanPlan plan = ScanPlan.of(request, map);
            Optional<Admission.Permit> permit = parts.admission().tryAdmit(1, plan.pageBytesGuess());
            if (permit.isEmpty()) {
                throw new RequestRefusedException(parts.admission().busy());
            }
            new ScanFlow(parts, plan, map.clusterId(), ForwardMark.current(), permit.get(), out, startNanos).start();
        } catch (RequestRefusedException e) {
            parts.meters()
                    .onAnswered(
                            Kind.SCAN_STREAM, e.error().reason(), parts.ticker().nanos() - startNanos);
            out.onError(TitanErrors.toException(e.error()));
        }
    }

    @Override
    public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> observer) {
        KvSession session =
                new KvSession(parts, ForwardMark.current(), (ServerCallStreamObserver<SessionResponse>) observer);
        session.start();
        return session;
    }

    @Override
    public void explain(ExplainRequest request, StreamObserver<ExplainResponse> observer) {
        unary(Kind.EXPLAIN, request, request.getSerializedSize(), observer, (map, call) -> {
            GetRequest get = GetRequest.newBuilder()
                    .setKey(request.getKey())
                    .setRoutingTag(request.getRoutingTag())
                    .setOptions(request.getOptions())
                    .build();
            return parts.explains().explain(new RequestCheck(map).get(get), request, call);
        });
    }

    /** A caller with a newer ring than ours is a reason to look for it. */
    private void seen(RequestOptions options) {
        if (options.getEpoch() > 0) {
            parts.routes().onEpochSeen(new Epoch(options.getEpoch()));
        }
    }

    private <R extends MessageLite> void unary(
            Kind kind,
            MessageLite request,
            long bytes,
            StreamObserver<R> observer,
            BiFunction<ShardMap, Call, CompletableFuture<Answer<R>>> work) {
        long startNanos = parts.ticker().nanos();
        ServerCallStreamObserver<R> out = (ServerCallStreamObserver<R>) observer;
        Optional<Admission.Permit> admitted =
                parts.admission().tryAdmit(1, Math.max(bytes, request.getSerializedSize()));
        if (admitted.isEmpty()) {
            // Without it gRPC throws where an answer meets a caller that has gone.
            out.setOnCancelHandler(() -> {});
            answer(kind, out, Answer.refused(parts.admission().busy()), startNanos);
            return;
        }
        CallRoom room = new CallRoom(parts.rooms().of(ForwardMark.current()), AnswerRooms.ASKER_BYTES_ANY);
        UnaryHold hold = new UnaryHold(admitted.get(), room);
        out.setOnCancelHandler(hold::left);
        out.setOnCloseHandler(hold::left);
        CompletableFuture<Answer<R>> answer;
        try {
            Call call = new Call(ForwardMark.current(), deadline(), out::isCancelled, room);
            answer = work.apply(parts.routes().current(), call);
        } catch (RequestRefusedException e) {
            answer = CompletableFuture.completedFuture(Answer.refused(e.error()));
        } catch (RuntimeException e) {
            hold.answered();
            throw e;
        }
        // Off the threads that apply entries and read from sockets.
        CompletableFuture<Answer<R>> _ = answer.whenCompleteAsync(
                (done, failure) -> {
                    try {
                        answer(kind, out, failure == null ? done : Answer.refused(fault(failure)), startNanos);
                    } finally {
                        hold.answered();
                    }
                },
                parts.executor());
    }

    private static TitanError fault(Throwable failure) {
        return TitanError.of(ErrorReason.OUTCOME_UNDETERMINED, "request ended without an outcome: " + failure);
    }

    private <R> void answer(Kind kind, ServerCallStreamObserver<R> out, Answer<R> answer, long startNanos) {
        @Nullable ErrorReason reason = answer instanceof Answer.Refused<R>(TitanError error) ? error.reason() : null;
        parts.meters().onAnswered(kind, reason, parts.ticker().nanos() - startNanos);
        if (out.isCancelled()) {
            return;
        }
        switch (answer) {
            case Answer.Done<R>(R value) -> {
                out.onNext(value);
                out.onCompleted();
            }
            case Answer.Refused<R>(TitanError error) -> out.onError(TitanErrors.toException(error));
        }
    }

    /** The caller's deadline less what the way back takes; the default when it gave none; cut to the longest allowed. */
    private Deadline deadline() {
        io.grpc.Deadline asked = Context.current().getDeadline();
        if (asked == null) {
            return Deadline.in(parts.options().timeoutDefault(), parts.ticker());
        }
        Duration left = Duration.ofNanos(Math.clamp(
                asked.timeRemaining(TimeUnit.NANOSECONDS),
                0,
                parts.options().timeoutMax().toNanos()));
        Duration ahead = left.dividedBy(10);
        return Deadline.in(
                left.minus(ahead.compareTo(ANSWER_AHEAD_MAX) < 0 ? ahead : ANSWER_AHEAD_MAX), parts.ticker());
    }
}

package io.titankv.gateway;

import io.grpc.stub.ServerCallStreamObserver;
import io.titankv.gateway.GatewayMeters.Kind;
import io.titankv.model.ErrorReason;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.ScanResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One ScanStream: reads the next page when the transport has taken the last, so that at most one page is held. Each page has the
 * default time; the whole stream lasts until its end or until the caller goes away. One page is worked on at a time.
 */
final class ScanFlow {
    private final GatewayParts parts;
    private final String clusterId;
    private final Arrival arrival;
    private final Admission.Permit permit;
    private final ServerCallStreamObserver<ScanResponse> out;
    private final long startNanos;
    /** True while a page is being read or sent. */
    private final AtomicBoolean busy = new AtomicBoolean();

    /** Set once: the stream has been ended, by us or by the caller. */
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Only touched by the holder of {@link #busy}. */
    private volatile ScanPlan plan;

    ScanFlow(
            GatewayParts parts,
            ScanPlan plan,
            String clusterId,
            Arrival arrival,
            Admission.Permit permit,
            ServerCallStreamObserver<ScanResponse> out,
            long startNanos) {
        this.parts = parts;
        this.plan = plan;
        this.clusterId = clusterId;
        this.arrival = arrival;
        this.permit = permit;
        this.out = out;
        this.startNanos = startNanos;
    }

    void start() {
        out.setOnReadyHandler(this::advance);
        out.setOnCancelHandler(() -> end(ErrorReason.TIMED_OUT));
        advance();
    }

    private void advance() {
        if (ended.get() || !out.isReady() || !busy.compareAndSet(false, true)) {
            return;
        }
        Call call = new Call(
                arrival,
                Deadline.in(parts.options().timeoutDefault(), parts.ticker()),
                out::isCancelled,
                new CallRoom(parts.rooms().of(arrival), AnswerRooms.ASKER_BYTES_ANY));
        CompletableFuture<Answer<Scans.Page>> _ =
                parts.scans().page(plan, call).whenCompleteAsync(this::onPage, parts.executor());
    }

    private void onPage(@Nullable Answer<Scans.Page> answer, @Nullable Throwable failure) {
        if (ended.get()) {
            return;
        }
        if (answer == null) {
            fail(TitanError.of(ErrorReason.INTERNAL, "scan ended without an outcome: " + failure));
            return;
        }
        switch (answer) {
            case Answer.Refused<Scans.Page>(TitanError error) -> fail(error);
            case Answer.Done<Scans.Page>(Scans.Page page) -> {
                out.onNext(page.toResponse(plan, clusterId));
                ScanPosition next = page.next();
                if (next == null) {
                    if (end(null)) {
                        out.onCompleted();
                    }
                    return;
                }
                plan = new ScanPlan(plan.request(), plan.terms(), next, plan.pageRecordsMax());
                busy.set(false);
                advance();
            }
        }
    }

    private void fail(TitanError error) {
        if (end(error.reason())) {
            out.onError(TitanErrors.toException(error));
        }
    }

    /** True for the first that ends it. */
    private boolean end(@Nullable ErrorReason reason) {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        permit.close();
        parts.meters().onAnswered(Kind.SCAN_STREAM, reason, parts.ticker().nanos() - startNanos);
        return true;
    }
}

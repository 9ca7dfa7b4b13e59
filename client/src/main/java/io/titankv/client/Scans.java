package io.titankv.client;

import com.google.protobuf.ByteString;
import io.titankv.client.RetryLoop.Job;
import io.titankv.client.RetryRule.Repeat;
import io.titankv.model.ErrorReason;
import io.titankv.model.Limits;
import io.titankv.model.Token;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.kv.v1.ScanRequest;
import io.titankv.proto.kv.v1.ScanResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Pages of scans and counts. Thread-safe. */
final class Scans {
    /** What a page may hold, for the bounds of the client: its limit on the wire. */
    private static final long PAGE_BYTES = Limits.PAGE_BYTES_MAX;

    /** A count whose page token is refused begins anew so often. */
    private static final int COUNT_RESTARTS_MAX = 3;

    private final Requests requests;
    private final Duration defaultTimeout;

    Scans(Requests requests, Duration defaultTimeout) {
        this.requests = requests;
        this.defaultTimeout = defaultTimeout;
    }

    /** One page; an empty page token asks for the first. */
    CompletableFuture<ScanPage> page(ScanQuery query, ByteString pageToken) {
        return send(query, pageToken, false, PAGE_BYTES).thenApply(WireForms::page);
    }

    /** The number of keys that the query meets. */
    CompletableFuture<Long> count(ScanQuery query) {
        CompletableFuture<Long> total = new CompletableFuture<>();
        countOn(query, ByteString.EMPTY, 0, 0, total);
        return total;
    }

    private void countOn(
            ScanQuery query, ByteString pageToken, long counted, int restarts, CompletableFuture<Long> total) {
        if (total.isDone()) {
            return;
        }
        var _ = send(query, pageToken, true, 0).whenComplete((response, failure) -> {
            if (response != null) {
                long sum = counted + response.getCount();
                if (response.getNextPageToken().isEmpty()) {
                    total.complete(sum);
                } else {
                    // It may wait for room, which this thread of gRPC's must not.
                    Thread.startVirtualThread(() -> countOn(query, response.getNextPageToken(), sum, restarts, total));
                }
            } else if (isBadToken(failure) && !pageToken.isEmpty() && restarts < COUNT_RESTARTS_MAX) {
                Thread.startVirtualThread(() -> countOn(query, ByteString.EMPTY, 0, restarts + 1, total));
            } else {
                total.completeExceptionally(failure);
            }
        });
    }

    static boolean isBadToken(Throwable failure) {
        return failure instanceof TitanException titan && titan.reason() == ErrorReason.BAD_PAGE_TOKEN;
    }

    private CompletableFuture<ScanResponse> send(ScanQuery query, ByteString pageToken, boolean countOnly, long bytes) {
        Job<ScanResponse> job = new Job<>(
                new Token(query.range().startInclusive()),
                Requests.anyReplica(query.options().level()),
                Repeat.HARMLESS,
                query.options().timeout().orElse(defaultTimeout),
                // A page over a large range may take its time; a node that is gone is noticed by its connection.
                true,
                false,
                (connection, timeout) -> {
                    ScanRequest request = WireForms.scan(
                                    query, requests.routes().epoch())
                            .setPageToken(pageToken)
                            .setCountOnly(countOnly)
                            .build();
                    return UnaryCalls.call(connection, timeout, stub -> stub.scan(request))
                            .thenApply(response -> requireOnward(pageToken, response));
                });
        return requests.submit(job, 1, bytes);
    }

    /** A page that leads to itself would be asked for without end. */
    private static ScanResponse requireOnward(ByteString pageToken, ScanResponse response) {
        if (!pageToken.isEmpty() && response.getNextPageToken().equals(pageToken)) {
            throw new TryFailure.Answered(
                    TitanError.of(ErrorReason.INTERNAL, "the next page's token is this page's own"));
        }
        return response;
    }
}

package io.titankv.client.session;

import io.titankv.client.session.TimerWheel.Timeout;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One operation from acceptance to its end. Mutable fields are guarded by the link's lock. */
final class PendingOperation {
    /** Longest timeout that the protocol can name. */
    private static final Duration TIMEOUT_MAX = Duration.ofMinutes(5);

    /**
     * The server is told of a little less time than the caller has, so that its own, better informed answer arrives before the
     * caller's patience ends.
     */
    private static final Duration ALLOWANCE_MAX = Duration.ofMillis(100);

    final SessionOperation operation;
    final int bytes;
    final CompletableFuture<SessionResult> future = new CompletableFuture<>();

    /** The stream that carries it; null while it waits in the queue. */
    @Nullable
    SessionStream stream;

    /** The message in which it was handed to the stream; null while it waits in the queue. */
    SessionPace.@Nullable Sent sent;

    /** True once its place in the link's bounds was given back. */
    boolean released;

    @Nullable
    Timeout timeout;

    /** @param timeout above zero, of which the server is told a little less */
    PendingOperation(SessionOperation asked, long id, Duration timeout) {
        operation = asked.toBuilder()
                .setId(id)
                .setTimeoutMillis(serverMillis(timeout))
                .build();
        bytes = operation.getSerializedSize();
    }

    private static int serverMillis(Duration timeout) {
        Duration allowance = timeout.dividedBy(10);
        Duration told = timeout.minus(allowance.compareTo(ALLOWANCE_MAX) < 0 ? allowance : ALLOWANCE_MAX);
        return (int) Math.clamp(told.toMillis(), 1, TIMEOUT_MAX.toMillis());
    }

    long id() {
        return operation.getId();
    }
}

package io.titankv.client.session;

import io.titankv.client.session.TimerWheel.Timeout;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One operation from acceptance to its end. Mutable fields are guarded by the link's lock. */
final class PendingOperation {
    final SessionOperation operation;
    final int bytes;
    final CompletableFuture<SessionResult> future = new CompletableFuture<>();

    /** The stream that carries it; null while it waits in the queue. */
    @Nullable
    SessionStream stream;

    /** When it was handed to the stream, nanoseconds. */
    long sentNanos;

    /** True once its place in the link's bounds was given back. */
    boolean released;

    @Nullable
    Timeout timeout;

    PendingOperation(SessionOperation operation) {
        this.operation = operation;
        this.bytes = operation.getSerializedSize();
    }

    long id() {
        return operation.getId();
    }
}

package io.titankv.client;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.titankv.client.session.SessionLinkException;
import io.titankv.client.tls.TlsTrouble;
import io.titankv.model.ErrorReason;
import io.titankv.model.ErrorReason.Retry;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import java.util.concurrent.CompletionException;

/**
 * Why one try of an operation failed. Immutable.
 *
 * @param error as the server said, or what a lost connection amounts to
 * @param mayHaveHappened true when a write of this try may have been done or may yet be
 * @param nodeFault the node or the way to it failed: another node is the better choice for the next try
 * @param lasting trying elsewhere is of no use
 */
record TryFailure(TitanError error, boolean mayHaveHappened, boolean nodeFault, boolean lasting) {
    /** Carries a failure that the server gave for one operation of a session or batch. */
    static final class Answered extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient TitanError error;

        Answered(TitanError error) {
            super(error.message(), null, false, false);
            this.error = error;
        }
    }

    static TryFailure of(Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return switch (failure) {
            case Answered answered -> answered(answered.error);
            case SessionLinkException broken -> ofLink(broken);
            case StatusRuntimeException status ->
                TitanErrors.parse(status).map(TryFailure::answered).orElseGet(() -> ofUnaryStatus(status.getStatus()));
            default -> new TryFailure(TitanError.of(ErrorReason.INTERNAL, String.valueOf(failure)), true, false, true);
        };
    }

    private static TryFailure answered(TitanError error) {
        Retry retry = error.reason().retry();
        return new TryFailure(
                error, retry == Retry.IF_IDEMPOTENT, error.reason() == ErrorReason.NOT_READY, retry == Retry.NO);
    }

    private static TryFailure ofLink(SessionLinkException broken) {
        boolean sent = broken.mayHaveBeenSent();
        String message = String.valueOf(broken.getMessage());
        return switch (broken.why()) {
            case FULL -> new TryFailure(TitanError.of(ErrorReason.BUSY, message), sent, false, false);
            case TIMED_OUT -> new TryFailure(TitanError.of(ErrorReason.TIMED_OUT, message), sent, true, false);
            case CLOSED, NOT_CONNECTED, BROKEN ->
                broken.status()
                        .map(status -> ofStreamStatus(status, sent))
                        .orElseGet(
                                () -> new TryFailure(TitanError.of(ErrorReason.NOT_READY, message), sent, true, false));
        };
    }

    /** The status that ended a stream says why the stream ended, not what became of the operations on it. */
    private static TryFailure ofStreamStatus(Status status, boolean sent) {
        return switch (status.getCode()) {
            case UNAUTHENTICATED ->
                new TryFailure(TitanError.of(ErrorReason.UNAUTHENTICATED, text(status)), sent, false, true);
            case PERMISSION_DENIED ->
                new TryFailure(TitanError.of(ErrorReason.PERMISSION_DENIED, text(status)), sent, false, true);
            case UNIMPLEMENTED ->
                new TryFailure(TitanError.of(ErrorReason.BAD_REQUEST, text(status)), sent, false, true);
            default -> new TryFailure(TitanError.of(ErrorReason.NOT_READY, text(status)), sent, true, false);
        };
    }

    /** A status without our details: from gRPC itself or from something between. */
    private static TryFailure ofUnaryStatus(Status status) {
        return switch (status.getCode()) {
            case UNAUTHENTICATED -> refused(ErrorReason.UNAUTHENTICATED, status, false);
            case PERMISSION_DENIED -> refused(ErrorReason.PERMISSION_DENIED, status, false);
            case UNIMPLEMENTED, INVALID_ARGUMENT -> refused(ErrorReason.BAD_REQUEST, status, false);
            // gRPC's own word for a message over the size that one side takes; it may have been the answer.
            case RESOURCE_EXHAUSTED -> refused(ErrorReason.BATCH_TOO_LARGE, status, true);
            case DEADLINE_EXCEEDED ->
                new TryFailure(TitanError.of(ErrorReason.TIMED_OUT, text(status)), true, true, false);
            default -> new TryFailure(TitanError.of(ErrorReason.NOT_READY, text(status)), true, true, false);
        };
    }

    private static TryFailure refused(ErrorReason reason, Status status, boolean mayHaveHappened) {
        return new TryFailure(TitanError.of(reason, text(status)), mayHaveHappened, false, true);
    }

    private static String text(Status status) {
        String said = TlsTrouble.explain(status.asRuntimeException()).orElse(status.getDescription());
        return status.getCode() + (said == null ? "" : ": " + said);
    }
}

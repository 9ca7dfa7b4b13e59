package io.titankv.client.session;

import io.grpc.Status;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An operation got no answer from its link. Whether the other side may have seen it is the one thing that a caller must know
 * before it sends the operation again.
 */
public final class SessionLinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why there is no answer. */
    public enum Why {
        /** The link was closed by its owner. */
        CLOSED,
        /** As many operations or bytes are in flight as the link may hold. Never sent. */
        FULL,
        /** There is no connection now. Never sent. */
        NOT_CONNECTED,
        /** The stream ended before the answer came. */
        BROKEN,
        /** The answer did not come in time. */
        TIMED_OUT
    }

    private final Why why;
    private final boolean mayHaveBeenSent;
    private final transient @Nullable Status status;

    SessionLinkException(Why why, boolean mayHaveBeenSent, String message, @Nullable Status status) {
        // The stack says only which thread noticed; at thousands a second it costs more than it tells.
        super(message, status == null ? null : status.asRuntimeException(), false, false);
        this.why = why;
        this.mayHaveBeenSent = mayHaveBeenSent;
        this.status = status;
    }

    SessionLinkException(Why why, boolean mayHaveBeenSent, @Nullable Status status) {
        this(why, mayHaveBeenSent, text(why) + (status == null ? "" : " (" + described(status) + ")"), status);
    }

    private static String text(Why why) {
        return switch (why) {
            case CLOSED -> "session link was closed";
            case BROKEN -> "the stream ended before the answer";
            case NOT_CONNECTED -> "no connection";
            case FULL -> "too much is in flight";
            case TIMED_OUT -> "no answer within the timeout";
        };
    }

    private static String described(Status status) {
        String description = status.getDescription();
        return description == null ? status.getCode().toString() : status.getCode() + ": " + description;
    }

    public Why why() {
        return why;
    }

    /** False: the operation never left this process. True: it may have been carried out, or may yet be. */
    public boolean mayHaveBeenSent() {
        return mayHaveBeenSent;
    }

    /** The status that ended the stream, when that is why. */
    public Optional<Status> status() {
        return Optional.ofNullable(status);
    }
}

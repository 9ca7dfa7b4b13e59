package io.titankv.client;

import io.titankv.model.ErrorReason;
import io.titankv.model.Version;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An operation that was not answered with success. Its class says which of these is true: nothing happened and later it may work
 * ({@link Unavailable}); nothing happened and the same again will fail ({@link Refused}, {@link ConditionFailed}); nobody knows
 * ({@link OutcomeUndetermined}).
 */
public abstract sealed class TitanException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorReason reason;
    private final transient @Nullable Duration retryAfter;

    private TitanException(
            ErrorReason reason, String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    public ErrorReason reason() {
        return reason;
    }

    /** The server's advice on how long to wait before trying again. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** True when a write may have happened or may yet happen. */
    public boolean outcomeUndetermined() {
        return this instanceof OutcomeUndetermined;
    }

    /** Nothing happened; the same request may succeed later. */
    public static final class Unavailable extends TitanException {
        private static final long serialVersionUID = 1L;

        Unavailable(ErrorReason reason, String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
            super(reason, message, retryAfter, cause);
        }
    }

    /** Nothing happened; the same request will be refused again. */
    public static final class Refused extends TitanException {
        private static final long serialVersionUID = 1L;

        Refused(ErrorReason reason, String message, @Nullable Throwable cause) {
            super(reason, message, null, cause);
        }
    }

    /** Nothing happened: the condition of the write did not hold. */
    public static final class ConditionFailed extends TitanException {
        private static final long serialVersionUID = 1L;

        private final transient Version current;

        ConditionFailed(String message, Version current, @Nullable Throwable cause) {
            super(ErrorReason.VERSION_MISMATCH, message, null, cause);
            this.current = current;
        }

        /** The key's version when the condition was judged; {@link Version#ABSENT} when it had no value. */
        public Version currentVersion() {
            return current;
        }
    }

    /** The write may have happened or may yet happen. Read the key to find out, or write again if twice is as good as once. */
    public static final class OutcomeUndetermined extends TitanException {
        private static final long serialVersionUID = 1L;

        OutcomeUndetermined(ErrorReason reason, String message, @Nullable Throwable cause) {
            super(reason, message, null, cause);
        }
    }
}

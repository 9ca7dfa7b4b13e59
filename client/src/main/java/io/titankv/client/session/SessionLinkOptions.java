package io.titankv.client.session;

import io.titankv.model.Limits;
import java.time.Duration;

/**
 * The bounds and patience of a {@link SessionLink}. Immutable.
 *
 * @param operationsMax operations accepted and not answered, 1 or more; one more fails with FULL
 * @param bytesMax bytes of those operations; one operation is accepted even if it alone is larger
 * @param messageOperationsMax operations in one message, 1 .. {@link Limits#REQUEST_OPERATIONS_MAX}
 * @param messageBytesMax a message gets no further operation once it holds this many bytes
 * @param connectTimeout how long a new stream may take until it can carry a message; what waits for it then fails, unsent
 * @param reconnect pause between failed connects; the first try after a break is made at once
 * @param silence a stream on which operations time out and nothing at all arrives for this long is given up
 * @param timer runs the deadlines
 */
public record SessionLinkOptions(
        int operationsMax,
        long bytesMax,
        int messageOperationsMax,
        int messageBytesMax,
        Duration connectTimeout,
        Backoff reconnect,
        Duration silence,
        TimerWheel timer) {
    public SessionLinkOptions {
        if (operationsMax < 1 || bytesMax < 1 || messageBytesMax < 1) {
            throw new IllegalArgumentException("bounds of a session link must be 1 or more");
        }
        if (messageOperationsMax < 1 || messageOperationsMax > Limits.REQUEST_OPERATIONS_MAX) {
            throw new IllegalArgumentException(
                    "a message holds 1 to " + Limits.REQUEST_OPERATIONS_MAX + " operations: " + messageOperationsMax);
        }
    }

    /** 16,384 operations and 64 MiB in flight; messages of about 1 MiB; guesses that fit a heap of a few hundred MiB. */
    public static SessionLinkOptions defaults() {
        return new SessionLinkOptions(
                16_384,
                64L << 20,
                Limits.REQUEST_OPERATIONS_MAX,
                1 << 20,
                Duration.ofSeconds(2),
                new Backoff(Duration.ofMillis(20), Duration.ofSeconds(1)),
                Duration.ofSeconds(1),
                TimerWheel.shared());
    }

    public SessionLinkOptions withInFlightMax(int operations, long bytes) {
        return new SessionLinkOptions(
                operations, bytes, messageOperationsMax, messageBytesMax, connectTimeout, reconnect, silence, timer);
    }

    public SessionLinkOptions withMessageMax(int operations, int bytes) {
        return new SessionLinkOptions(
                operationsMax, bytesMax, operations, bytes, connectTimeout, reconnect, silence, timer);
    }

    public SessionLinkOptions withConnectTimeout(Duration timeout) {
        return new SessionLinkOptions(
                operationsMax, bytesMax, messageOperationsMax, messageBytesMax, timeout, reconnect, silence, timer);
    }

    public SessionLinkOptions withReconnect(Backoff backoff) {
        return new SessionLinkOptions(
                operationsMax,
                bytesMax,
                messageOperationsMax,
                messageBytesMax,
                connectTimeout,
                backoff,
                silence,
                timer);
    }

    public SessionLinkOptions withTimer(TimerWheel wheel) {
        return new SessionLinkOptions(
                operationsMax,
                bytesMax,
                messageOperationsMax,
                messageBytesMax,
                connectTimeout,
                reconnect,
                silence,
                wheel);
    }
}

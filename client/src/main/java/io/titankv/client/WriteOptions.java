package io.titankv.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How to write. Immutable.
 *
 * @param condition what must be true for the write to be done
 * @param exactlyOnce send a request id, so that the shard does the write once however often it is sent; with it, the client
 *     tries again after a lost answer
 * @param idempotent the caller's word that twice is as good as once: without {@code exactlyOnce}, the client then tries again
 *     all the same
 * @param timeout all tries together; empty: the client's default
 */
public record WriteOptions(
        Condition condition, WriteLevel level, boolean exactlyOnce, boolean idempotent, Optional<Duration> timeout) {
    /** Unconditional, majority, exactly once, with the client's timeout. */
    public static final WriteOptions DEFAULT =
            new WriteOptions(Condition.none(), WriteLevel.MAJORITY, true, false, Optional.empty());

    public WriteOptions {
        timeout.ifPresent(Timeouts::requirePositive);
    }

    public WriteOptions withCondition(Condition other) {
        return new WriteOptions(other, level, exactlyOnce, idempotent, timeout);
    }

    public WriteOptions withLevel(WriteLevel other) {
        return new WriteOptions(condition, other, exactlyOnce, idempotent, timeout);
    }

    public WriteOptions withExactlyOnce(boolean on) {
        return new WriteOptions(condition, level, on, idempotent, timeout);
    }

    public WriteOptions withIdempotent(boolean on) {
        return new WriteOptions(condition, level, exactlyOnce, on, timeout);
    }

    public WriteOptions withTimeout(Duration other) {
        return new WriteOptions(condition, level, exactlyOnce, idempotent, Optional.of(other));
    }
}

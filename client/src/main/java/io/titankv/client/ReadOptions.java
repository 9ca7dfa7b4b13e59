package io.titankv.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How to read. Immutable.
 *
 * @param timeout all tries together; empty: the client's default
 */
public record ReadOptions(ReadLevel level, Optional<Duration> timeout) {
    /** Linearizable, with the client's timeout. */
    public static final ReadOptions DEFAULT = new ReadOptions(ReadLevel.linearizable(), Optional.empty());

    public ReadOptions {
        timeout.ifPresent(Timeouts::requirePositive);
    }

    public ReadOptions withLevel(ReadLevel other) {
        return new ReadOptions(other, timeout);
    }

    public ReadOptions withTimeout(Duration other) {
        return new ReadOptions(level, Optional.of(other));
    }
}

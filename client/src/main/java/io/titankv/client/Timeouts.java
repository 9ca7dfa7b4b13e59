package io.titankv.client;

import java.time.Duration;

/** What a timeout may be. */
final class Timeouts {
    private Timeouts() {}

    static Duration requirePositive(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout must be above zero: " + timeout);
        }
        return timeout;
    }
}

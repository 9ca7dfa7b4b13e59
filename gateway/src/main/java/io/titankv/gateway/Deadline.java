package io.titankv.gateway;

import java.time.Duration;

/** The moment until which a request is worth answering. Immutable. */
record Deadline(Ticker ticker, long atNanos) {
    static Deadline in(Duration time, Ticker ticker) {
        return new Deadline(ticker, ticker.nanos() + time.toNanos());
    }

    /** May be negative. */
    long remainingNanos() {
        return atNanos - ticker.nanos();
    }

    /** Never negative. */
    Duration remaining() {
        return Duration.ofNanos(Math.max(0, remainingNanos()));
    }

    boolean hasPassed() {
        return remainingNanos() <= 0;
    }
}

package io.titankv.client;

import java.time.Duration;

/** How fresh a read must be. Immutable. */
public sealed interface ReadLevel {
    /** Sees every write acknowledged before the read began. */
    record Linearizable() implements ReadLevel {}

    /** The leader's word within its lease: linearizable while clocks run at nearly the same rate. */
    record Lease() implements ReadLevel {}

    /**
     * Any replica that heard from its leader within this time.
     *
     * @param max 1 ms .. 1 h
     */
    record BoundedStaleness(Duration max) implements ReadLevel {
        public BoundedStaleness {
            if (max.compareTo(Duration.ofMillis(1)) < 0 || max.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException("staleness must be 1 ms to 1 h: " + max);
            }
        }
    }

    /** Any replica, now. */
    record Any() implements ReadLevel {}

    /** Any replica that has applied at least what the token names. */
    record After(SessionToken token) implements ReadLevel {}

    static ReadLevel linearizable() {
        return new Linearizable();
    }

    static ReadLevel lease() {
        return new Lease();
    }

    static ReadLevel boundedStaleness(Duration max) {
        return new BoundedStaleness(max);
    }

    static ReadLevel any() {
        return new Any();
    }

    static ReadLevel after(SessionToken token) {
        return new After(token);
    }
}

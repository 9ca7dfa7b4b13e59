package io.titankv.testing.linearizability;

import java.util.Optional;

/**
 * One operation of a history, on one key. Written values are unique in their history, so that a value names the write it came
 * from. Immutable.
 *
 * @param client who called
 * @param key the key
 * @param call what was asked and answered
 * @param invokedNanos when it was called
 * @param returnedNanos when it was answered; {@link #NEVER} when it was not, or its outcome is not known: it may then have taken
 *     effect at any time after its call, or not at all
 */
public record Operation(int client, String key, Call call, long invokedNanos, long returnedNanos) {
    public static final long NEVER = Long.MAX_VALUE;

    /** What was asked, and what was answered. */
    public sealed interface Call {
        /** A read and what it saw. */
        record Get(Optional<String> seen) implements Call {}

        /** A write; an empty value is a delete. */
        record Put(Optional<String> value) implements Call {}

        /** A conditional write, done or refused. */
        record CompareAndSet(Optional<String> expected, Optional<String> value, boolean done) implements Call {}
    }

    public Operation {
        if (returnedNanos <= invokedNanos) {
            throw new IllegalArgumentException(
                    "an operation returns after its call: " + invokedNanos + ", " + returnedNanos);
        }
    }

    boolean isUndetermined() {
        return returnedNanos == NEVER;
    }
}

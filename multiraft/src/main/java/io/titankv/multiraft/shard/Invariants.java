package io.titankv.multiraft.shard;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Promises that our own code must keep; always checked. A broken one takes the replica out of service. */
final class Invariants {
    private Invariants() {}

    static <T> T present(@Nullable T value, String promise) {
        check(value != null, promise);
        return Objects.requireNonNull(value);
    }

    static void check(boolean holds, String promise) {
        if (!holds) {
            throw new IllegalStateException("broken invariant: " + promise);
        }
    }
}

package io.titankv.engine;

/** Promises of our own code. Always checked; a broken one stops whoever meets it. */
final class Invariants {
    private Invariants() {}

    /** Throws when {@code holds} is false. */
    static void check(boolean holds, String promise) {
        if (!holds) {
            throw new IllegalStateException("broken invariant: " + promise);
        }
    }

    /** Throws, with both numbers, when {@code left <= right} does not hold. */
    static void checkAtMost(long left, long right, String promise) {
        if (left > right) {
            throw new IllegalStateException("broken invariant: " + promise + " (" + left + " > " + right + ")");
        }
    }
}

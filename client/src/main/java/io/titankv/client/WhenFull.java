package io.titankv.client;

/** What the client does with an operation that is over its bounds of operations and bytes in flight. */
public enum WhenFull {
    /**
     * The calling thread waits for room, at most for the operation's timeout. Not to be used from code that runs when a future
     * of the client completes: it would wait for itself.
     */
    WAIT,
    /** The future fails with BUSY. */
    FAIL
}

package io.titankv.benchmarks.engine;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One system's store in one directory, as the workloads see it. One thread writes, through one session, unless it was opened synced;
 * any number of threads read, each through a session of its own. Closed by the thread that opened it, after its sessions.
 */
interface Store extends AutoCloseable {
    /** A session of the calling thread. */
    Session session();

    /** Whether space is reclaimed when {@link #mergeSome} is called, and not by the system itself or never. */
    default boolean mergesOnRequest() {
        return false;
    }

    /** Does some of the work that reclaims space; 0 when there was none to do. Any thread. */
    default long mergeSome() {
        return 0;
    }

    /** Waits until the system's own background work is done, so that one workload does not pay for the one before. */
    default void settle() {}

    /** Bytes of memory that the index takes, where the system says so and the index is all in memory. */
    default OptionalLong indexBytes() {
        return OptionalLong.empty();
    }

    /**
     * A dropped range of tokens.
     *
     * @param keys how many went with it
     */
    record RangeDrop(long keys, long nanos) {}

    /** Drops a sixteenth of all tokens with their keys, or null where keys have no tokens. */
    default @Nullable RangeDrop dropSixteenthOrNull() {
        return null;
    }

    @Override
    void close();
}

package io.titankv.benchmarks.engine;

import org.jspecify.annotations.Nullable;

/** One thread's way into a store. Holds whatever buffers the system's API wants, so that an operation allocates nothing of ours. */
interface Session extends AutoCloseable {
    /** Sets the key's value, as one write of its own. Both arrays are read before this returns. */
    void put(byte[] key, byte[] value);

    /** The key's value as a whole array, or null. The array may be used again by the next call. */
    byte @Nullable [] getOrNull(byte[] key);

    @Override
    default void close() {}
}

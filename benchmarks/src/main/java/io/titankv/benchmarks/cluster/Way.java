package io.titankv.benchmarks.cluster;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One way in which a program reaches a cluster: a client library, or calls. Its verbs are for one thread and wait for nothing; what
 * they return ends in some time, whatever happens, on any thread.
 */
public interface Way extends AutoCloseable {
    /** Ends when the write is durable on a majority. */
    CompletableFuture<?> put(byte[] key, byte[] value);

    /** The value that a linearizable read finds, or null. */
    CompletableFuture<@Nullable ByteBuffer> get(byte[] key);

    @Override
    void close();
}

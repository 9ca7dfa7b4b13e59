package io.titankv.benchmarks.cluster;

import com.google.protobuf.UnsafeByteOperations;
import io.titankv.client.TitanClient;
import io.titankv.model.Key;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Titan-KV through its Java client with default settings. */
final class TitanLibrary implements Way {
    private final TitanClient client;

    TitanLibrary(List<String> endpoints) {
        client = TitanClient.connect(endpoints.toArray(String[]::new));
    }

    @Override
    public CompletableFuture<?> put(byte[] key, byte[] value) {
        return client.put(Key.of(UnsafeByteOperations.unsafeWrap(key)), UnsafeByteOperations.unsafeWrap(value));
    }

    @Override
    public CompletableFuture<@Nullable ByteBuffer> get(byte[] key) {
        return client.get(Key.of(UnsafeByteOperations.unsafeWrap(key)))
                .thenApply(found -> found.isEmpty() ? null : found.get().value().asReadOnlyByteBuffer());
    }

    @Override
    public void close() {
        client.close();
    }
}

package io.titankv.benchmarks.engine;

import io.titankv.engine.EngineOptions;
import io.titankv.engine.LocalStore;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Our engine as a Java program uses it alone, each put durable when it returns. Any number of sessions write. */
final class SyncedTitanStore implements Store {
    private final LocalStore store;

    SyncedTitanStore(Path directory) {
        store = LocalStore.open(
                directory, EngineOptions.defaults().withSyncPolicy(new EngineOptions.SyncPolicy.Always()));
    }

    @Override
    public Session session() {
        return new LocalSession(store);
    }

    @Override
    public void close() {
        store.close();
    }

    private record LocalSession(LocalStore store) implements Session {
        @Override
        public void put(byte[] key, byte[] value) {
            store.put(key, value);
        }

        @Override
        public byte @Nullable [] getOrNull(byte[] key) {
            return store.getOrNull(key);
        }
    }
}

package io.titankv.benchmarks.ycsb;

import io.titankv.client.TitanClient;
import org.jspecify.annotations.Nullable;

/** The client that all of YCSB's threads share, from the first that begins to the last that ends. Thread-safe. */
final class SharedClient {
    private @Nullable TitanClient client;
    private int users;

    /** @param endpoints what the first user asks for; the others get the same client */
    synchronized TitanClient open(String... endpoints) {
        TitanClient shared = client;
        if (shared == null) {
            shared = TitanClient.connect(endpoints);
            client = shared;
        }
        users++;
        return shared;
    }

    synchronized void close() {
        users--;
        if (users == 0 && client != null) {
            client.close();
            client = null;
        }
    }
}

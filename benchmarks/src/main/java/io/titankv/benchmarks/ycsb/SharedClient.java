package io.titankv.benchmarks.ycsb;

import io.titankv.client.TitanClient;
import io.titankv.client.TitanClientBuilder;
import org.jspecify.annotations.Nullable;

/** The client that all of YCSB's threads share, from the first that begins to the last that ends. Thread-safe. */
final class SharedClient {
    private @Nullable TitanClient client;
    private int users;

    /** @param asked what the first user asks for; the others get the same client */
    synchronized TitanClient open(TitanClientBuilder asked) {
        TitanClient shared = client;
        if (shared == null) {
            shared = asked.build();
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

package io.titankv.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** The example of docs/engine.md. */
final class EngineExample {
    private EngineExample() {}

    static String run(Path directory) {
        EngineOptions options =
                EngineOptions.defaults().withSyncPolicy(new EngineOptions.SyncPolicy.Interval(Duration.ofMillis(100)));
        try (LocalStore store = LocalStore.open(directory, options)) {
            byte[] city = "city".getBytes(StandardCharsets.UTF_8);
            store.put(city, "Bern".getBytes(StandardCharsets.UTF_8));
            store.write(batch -> batch.put(
                            "river".getBytes(StandardCharsets.UTF_8), "Aare".getBytes(StandardCharsets.UTF_8))
                    .delete("lake".getBytes(StandardCharsets.UTF_8)));
            store.sync(); // durable from here on; without it at the latest after 100 ms

            while (store.stats().deadBytes() > store.stats().liveBytes() / 2 && store.merge(1 << 20) > 0) {
                // a mebibyte at a time, beside reads and writes
            }
            byte[] value = store.getOrNull(city);
            return value == null ? "not there" : new String(value, StandardCharsets.UTF_8);
        }
    }
}

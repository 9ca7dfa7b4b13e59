package io.titankv.client;

import static io.titankv.client.Condition.versionIs;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.titankv.model.Key;
import java.util.Optional;

/** The example of docs/client.md, which holds the marked lines word for word. */
final class ClientExample {
    private ClientExample() {}

    static String run(String... endpoints) {
        // example begins
        try (TitanClient client = TitanClient.connect(endpoints)) {
            BlockingTitanClient titan = client.blocking();
            Key key = Key.of("greeting");
            titan.put(key, ByteString.copyFrom("hello", UTF_8));

            // Change what is there, unless somebody else changed it meanwhile.
            Optional<Versioned> before = titan.get(key);
            WriteOptions unchanged = WriteOptions.DEFAULT.withCondition(
                    versionIs(before.orElseThrow().version()));
            try {
                titan.put(key, ByteString.copyFrom("hello, world", UTF_8), unchanged);
            } catch (TitanException.ConditionFailed lost) {
                return "somebody else wrote version " + lost.currentVersion();
            } catch (TitanException.OutcomeUndetermined unknown) {
                return "it may have happened: read the key to find out";
            }

            // Many at once, without waiting for each.
            return client.get(key)
                    .thenApply(found -> found.orElseThrow().value().toString(UTF_8))
                    .join();
        }
        // example ends
    }
}

package io.titankv.cli.data;

import com.google.protobuf.ByteString;
import io.titankv.cli.common.ByteText;
import io.titankv.model.Key;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keys and values as fields of JSON objects, under the names that {@link JsonRecord} has for them. */
final class RecordJson {
    private RecordJson() {}

    static Map<String, @Nullable Object> of(Key key) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        put(object, "key", key.bytes());
        if (!key.routingTag().isEmpty()) {
            put(object, "tag", key.routingTag());
        }
        return object;
    }

    static void put(Map<String, @Nullable Object> object, String name, ByteString bytes) {
        Optional<String> text = ByteText.textOf(bytes);
        if (text.isPresent()) {
            object.put(name, text.get());
        } else {
            object.put(name + "_b64", Base64.getEncoder().encodeToString(bytes.toByteArray()));
        }
    }
}

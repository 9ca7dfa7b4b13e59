package io.titankv.cli.data;

import io.titankv.cli.common.Console;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.KeyOptions;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.Style.Tone;
import io.titankv.model.Key;
import io.titankv.model.Version;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says what a write did to a key. */
final class WriteReport {
    private WriteReport() {}

    /** @param what e.g. {@code stored} */
    static void print(Key key, String what, Version version, KeyOptions keys, Console console, OutputFormat format) {
        switch (format) {
            case TABLE ->
                console.println(what + " " + console.style().paint(Tone.STRONG, keys.show(key.bytes())) + ", version "
                        + version);
            case PLAIN, RAW -> console.println(keys.show(key.bytes()) + "\t" + what + "\t" + version);
            case JSON, JSONL -> {
                Map<String, @Nullable Object> object = RecordJson.of(key);
                object.put("outcome", what);
                object.put("version", version.toString());
                console.println(format == OutputFormat.JSON ? Json.indented(object) : Json.line(object));
            }
        }
    }
}

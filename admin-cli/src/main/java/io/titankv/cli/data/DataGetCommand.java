package io.titankv.cli.data;

import io.titankv.cli.common.ByteText;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.KeyOptions;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.ReadFlags;
import io.titankv.cli.common.TitanCommand;
import io.titankv.client.Versioned;
import io.titankv.model.Key;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "get",
        description =
                "Print the value of a key. Ends with 1 when there is none. -o raw prints the bytes and nothing else")
final class DataGetCommand extends TitanCommand {
    @Parameters(paramLabel = "KEY")
    private String keyTyped = "";

    @Mixin
    private KeyOptions keys = new KeyOptions();

    @Mixin
    private ReadFlags read = new ReadFlags();

    DataGetCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        Key key = keys.key(keyTyped);
        Optional<Versioned> found =
                context.connections().client(global()).blocking().get(key, read.options());
        OutputFormat format = context.format();
        switch (format) {
            case TABLE, PLAIN ->
                found.ifPresent(value -> console().println(ByteText.showAlone(value.value(), keys.form())));
            case RAW -> found.ifPresent(value -> console().print(value.value().toByteArray()));
            case JSON, JSONL -> {
                Map<String, @Nullable Object> object = RecordJson.of(key);
                object.put("found", found.isPresent());
                found.ifPresent(value -> {
                    RecordJson.put(object, "value", value.value());
                    object.put("version", value.version().toString());
                });
                console().println(format == OutputFormat.JSON ? Json.indented(object) : Json.line(object));
            }
        }
        if (found.isEmpty() && format != OutputFormat.JSON && format != OutputFormat.JSONL) {
            console().errorLine("titan: there is no key " + keys.show(key.bytes()));
        }
        return found.isPresent() ? ExitCode.OK : ExitCode.NOT_FOUND;
    }
}

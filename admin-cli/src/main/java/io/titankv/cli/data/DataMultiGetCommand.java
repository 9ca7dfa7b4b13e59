package io.titankv.cli.data;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.KeyOptions;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.ReadFlags;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.TitanCommand;
import io.titankv.client.ReadOutcome;
import io.titankv.client.Versioned;
import io.titankv.model.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "mget", description = "Print many keys with their values. Ends with 1 when one of them is not there")
final class DataMultiGetCommand extends TitanCommand {
    @Parameters(arity = "1..*", paramLabel = "KEY")
    private List<String> keysTyped = new ArrayList<>();

    @Mixin
    private KeyOptions keys = new KeyOptions();

    @Mixin
    private ReadFlags read = new ReadFlags();

    DataMultiGetCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        List<Key> all = keysTyped.stream().map(keys::key).toList();
        List<ReadOutcome> outcomes =
                context.connections().client(global()).blocking().batchGet(all, read.options());
        Sheet sheet = Sheet.of("key", "version", "value");
        List<Map<String, @Nullable Object>> objects = new ArrayList<>();
        boolean areAllFound = true;
        for (int i = 0; i < all.size(); i++) {
            Key key = all.get(i);
            Map<String, @Nullable Object> object = RecordJson.of(key);
            switch (outcomes.get(i)) {
                case ReadOutcome.Found(Versioned found) -> {
                    sheet.row(
                            Cell.of(keys.show(key.bytes())),
                            Cell.of(found.version().toString()),
                            Cell.of(keys.show(found.value())));
                    object.put("found", true);
                    RecordJson.put(object, "value", found.value());
                    object.put("version", found.version().toString());
                }
                case ReadOutcome.Absent() -> {
                    areAllFound = false;
                    sheet.row(Cell.of(keys.show(key.bytes())), Cell.orDash(""), Cell.of(""));
                    object.put("found", false);
                }
                case ReadOutcome.Failed failed -> throw failed.failure();
            }
            objects.add(object);
        }
        OutputFormat format = context.format();
        switch (format) {
            case TABLE, PLAIN, RAW -> sheet.print(console(), format);
            case JSON -> console().println(Json.indented(objects));
            case JSONL -> objects.forEach(object -> console().println(Json.line(object)));
        }
        return areAllFound ? ExitCode.OK : ExitCode.NOT_FOUND;
    }
}

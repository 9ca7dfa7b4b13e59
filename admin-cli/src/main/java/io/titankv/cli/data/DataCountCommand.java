package io.titankv.cli.data;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.KeyOptions;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.ReadFlags;
import io.titankv.cli.common.TitanCommand;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "count", description = "Count keys. Those written or deleted meanwhile may count or not")
final class DataCountCommand extends TitanCommand {
    @Mixin
    private ScanFlags scan = new ScanFlags();

    @Mixin
    private KeyOptions keys = new KeyOptions();

    @Mixin
    private ReadFlags read = new ReadFlags();

    DataCountCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        long count = context.connections()
                .client(global())
                .blocking()
                .count(scan.query(keys, global(), read.options()).withKeysOnly(true));
        OutputFormat format = context.format();
        switch (format) {
            case TABLE, PLAIN, RAW -> console().println(Long.toString(count));
            case JSON, JSONL -> console().println(Json.line(Map.of("count", count)));
        }
        return ExitCode.OK;
    }
}

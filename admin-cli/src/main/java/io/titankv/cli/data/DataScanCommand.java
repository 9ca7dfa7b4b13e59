package io.titankv.cli.data;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.KeyOptions;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.ReadFlags;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.TitanCommand;
import io.titankv.client.ScanCursor;
import io.titankv.client.ScanQuery;
import io.titankv.client.ScanRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "scan", description = "Print records in the order of their tokens")
final class DataScanCommand extends TitanCommand {
    private static final String LIMIT_DEFAULT = "100";
    private static final int PAGE_MAX = 1000;
    /** Rows that are aligned with each other in a table. */
    private static final int TABLE_ROWS = 200;

    @Mixin
    private ScanFlags scan = new ScanFlags();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = LIMIT_DEFAULT,
            description = "At most so many records; 0: all. Default: " + LIMIT_DEFAULT)
    private long limit;

    @Option(names = "--keys-only", description = "Leave the values out")
    private boolean isKeysOnly;

    @Mixin
    private KeyOptions keys = new KeyOptions();

    @Mixin
    private ReadFlags read = new ReadFlags();

    DataScanCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        if (limit < 0) {
            throw usageError("--limit must be 0 (all) or more, not " + limit);
        }
        ScanQuery query = scan.query(keys, global(), read.options()).withKeysOnly(isKeysOnly);
        if (limit > 0 && limit < PAGE_MAX) {
            // One more than is shown tells whether there are more.
            query = query.withPageSize((int) limit + 1);
        }
        Printer printer = new Printer(console(), context.format());
        long shown = 0;
        try (ScanCursor cursor = context.connections().client(global()).scan(query)) {
            while ((limit == 0 || shown < limit) && cursor.hasNext()) {
                printer.add(cursor.next());
                shown++;
            }
            printer.end();
            if (limit > 0 && shown == limit && cursor.hasNext()) {
                console().flush();
                console()
                        .errorLine("titan: there are more: --limit 0 shows all, --from "
                                + cursor.next().token() + " goes on from here");
            }
        }
        return ExitCode.OK;
    }

    /** Writes records as they come, aligned in pieces where they are. */
    private final class Printer {
        private final Console console;
        private final OutputFormat format;
        private final List<ScanRecord> waiting = new ArrayList<>();
        private long written;

        Printer(Console console, OutputFormat format) {
            this.console = console;
            this.format = format;
        }

        void add(ScanRecord record) {
            switch (format) {
                case TABLE, PLAIN -> {
                    waiting.add(record);
                    if (waiting.size() == TABLE_ROWS) {
                        rows();
                    }
                }
                case RAW -> {
                    console.print(record.key().bytes().toByteArray());
                    if (!isKeysOnly) {
                        console.print("\t");
                        console.print(record.value().toByteArray());
                    }
                    console.print("\n");
                }
                case JSON -> {
                    console.print(written == 0 ? "[\n  " : ",\n  ");
                    console.print(Json.line(object(record)));
                }
                case JSONL -> console.println(Json.line(object(record)));
            }
            written++;
        }

        private Map<String, @Nullable Object> object(ScanRecord record) {
            Map<String, @Nullable Object> object = RecordJson.of(record.key());
            if (!isKeysOnly) {
                RecordJson.put(object, "value", record.value());
            }
            object.put("version", record.version().toString());
            object.put("token", record.token().toString());
            return object;
        }

        private void rows() {
            Sheet sheet =
                    isKeysOnly ? Sheet.of("token", "version", "key") : Sheet.of("token", "version", "key", "value");
            for (ScanRecord record : waiting) {
                Cell token = Cell.of(record.token().toString());
                Cell version = Cell.of(record.version().toString());
                Cell key = Cell.of(keys.show(record.key().bytes()));
                if (isKeysOnly) {
                    sheet.row(token, version, key);
                } else {
                    sheet.row(token, version, key, Cell.of(keys.show(record.value())));
                }
            }
            waiting.clear();
            sheet.print(console, format);
        }

        void end() {
            switch (format) {
                case TABLE -> {
                    if (!waiting.isEmpty() || written == 0) {
                        rows();
                    }
                }
                case PLAIN -> rows();
                case JSON -> console.println(written == 0 ? "[]" : "\n]");
                case JSONL, RAW -> {
                    // Every record was written as it came.
                }
            }
        }
    }
}

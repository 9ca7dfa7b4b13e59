package io.titankv.cli.data;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.KeyOptions;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.ReadFlags;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.Style.Tone;
import io.titankv.cli.common.TitanCommand;
import io.titankv.client.Explanation;
import io.titankv.model.Key;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "get",
        description = "Read a key and show where it lives, which nodes were asked and how long each step took")
final class DataExplainGetCommand extends TitanCommand {
    @Parameters(paramLabel = "KEY")
    private String keyTyped = "";

    @Mixin
    private KeyOptions keys = new KeyOptions();

    @Mixin
    private ReadFlags read = new ReadFlags();

    DataExplainGetCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        Key key = keys.key(keyTyped);
        Explanation explained =
                context.connections().client(global()).blocking().explain(key, read.options());
        Fields fields = fields(key, explained);
        Sheet replicas = replicas(explained);
        Sheet hops = hops(explained);
        OutputFormat format = context.format();
        switch (format) {
            case TABLE, PLAIN, RAW -> {
                fields.print(console(), format);
                console().println("");
                replicas.print(console(), format);
                console().println("");
                hops.print(console(), format);
            }
            case JSON, JSONL -> {
                Map<String, @Nullable Object> all = RecordJson.of(key);
                all.putAll(fields.json());
                all.put("replicas", replicas.json());
                all.put("hops", hops.json());
                console().println(format == OutputFormat.JSON ? Json.indented(all) : Json.line(all));
            }
        }
        return explained.record().isPresent() ? ExitCode.OK : ExitCode.NOT_FOUND;
    }

    private Fields fields(Key key, Explanation explained) {
        Fields fields = new Fields()
                .add("key", keys.show(key.bytes()))
                .add("token", explained.token().toString())
                .add("range", explained.range().toString())
                .add("shard", explained.shard())
                .add("epoch", explained.epoch().value())
                .add("leader", explained.leader().map(Cell::of).orElseGet(() -> new Cell("none", null, Tone.BAD)));
        if (explained.record().isEmpty()) {
            return fields.add("found", Cell.of(false).tone(Tone.WARNING));
        }
        Explanation.Location record = explained.record().get();
        return fields.add("found", Cell.of(true))
                .add("version", Cell.bigNumber(record.version()))
                .add("value", Cell.bytes(record.valueBytes()))
                .add("data_file", Cell.orDash(record.dataFile()))
                .add("offset", record.offset())
                .add("record", Cell.bytes(record.recordBytes()));
    }

    private static Sheet replicas(Explanation explained) {
        Sheet sheet = Sheet.of("replica", "role", "address", "applied>", "lag>", "reachable");
        for (Explanation.Replica replica : explained.replicas()) {
            sheet.row(
                    Cell.of(replica.node()),
                    Cell.orDash(replica.role()).tone(replica.role().equals("leader") ? Tone.STRONG : Tone.PLAIN),
                    Cell.orDash(replica.address()),
                    Cell.of(replica.appliedIndex()),
                    Cell.of(replica.lag()).tone(replica.lag() == 0 ? Tone.PLAIN : Tone.WARNING),
                    Cell.of(replica.reachable()).tone(replica.reachable() ? Tone.GOOD : Tone.BAD));
        }
        return sheet;
    }

    private static Sheet hops(Explanation explained) {
        Sheet sheet = Sheet.of("step>", "what", "node", "micros>");
        int step = 0;
        for (Explanation.Hop hop : explained.hops()) {
            step++;
            sheet.row(
                    Cell.of(step),
                    Cell.of(hop.what()),
                    Cell.orDash(hop.node()),
                    new Cell(Quantity.count(micros(hop.took())), micros(hop.took()), Tone.PLAIN));
        }
        return sheet;
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}

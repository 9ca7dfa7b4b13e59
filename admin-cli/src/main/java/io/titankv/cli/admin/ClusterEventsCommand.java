package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.EventInfo;
import io.titankv.proto.admin.v1.ListEventsRequest;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "events", description = "What happened to the cluster: nodes, members of shards, operations")
final class ClusterEventsCommand extends TitanCommand {
    private static final int LIMIT_MAX = 1_000;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "The newest N, at most 1000. Default: 100",
            defaultValue = "100")
    private int limit;

    @Option(names = "--after", paramLabel = "NUMBER", description = "Only events after this one", defaultValue = "0")
    private long after;

    ClusterEventsCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw usageError("--limit is " + limit + "; it must be 1 to " + LIMIT_MAX);
        }
        if (after < 0) {
            throw usageError("--after is " + after + "; it must not be negative");
        }
        Sheet sheet = Sheet.of("number>", "when", "kind", "what");
        Instant now = Instant.now();
        for (EventInfo event : context.connections()
                .call(
                        global(),
                        ClusterGrpc::newBlockingStub,
                        stub -> stub.listEvents(ListEventsRequest.newBuilder()
                                .setAfterNumber(after)
                                .setLimit(limit)
                                .build()))
                .getEventsList()) {
            sheet.row(
                    Cell.of(event.getNumber()),
                    Protos.since(event.hasAt(), event.getAt(), now),
                    Cell.of(event.getKind()),
                    Cell.of(event.getText()));
        }
        sheet.print(console(), context.format());
        return ExitCode.OK;
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.CheckHealthRequest;
import io.titankv.proto.admin.v1.CheckHealthResponse;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.HealthCheck;
import io.titankv.proto.admin.v1.Verdict;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "health",
        description =
                "Checks that matter to an operator, each with a verdict. Ends with 0 when all is well, else with 1")
final class ClusterHealthCommand extends TitanCommand {
    ClusterHealthCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        CheckHealthResponse health = context.connections()
                .call(
                        global(),
                        ClusterGrpc::newBlockingStub,
                        stub -> stub.checkHealth(CheckHealthRequest.getDefaultInstance()));
        Sheet sheet = Sheet.of("check", "verdict", "detail");
        for (HealthCheck check : health.getChecksList()) {
            sheet.row(Cell.of(check.getName()), Protos.verdict(check.getVerdict()), Cell.of(check.getDetail()));
        }
        Cell verdict = Protos.verdict(health.getVerdict());
        if (context.format() == OutputFormat.JSON) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("verdict", verdict.text());
            all.put("checks", sheet.json());
            console().println(Json.indented(all));
        } else {
            sheet.print(console(), context.format());
        }
        if (context.format() == OutputFormat.TABLE) {
            console().println("");
            console().println("the cluster is " + console().style().paint(verdict.tone(), verdict.text()));
        }
        return health.getVerdict() == Verdict.VERDICT_OK ? ExitCode.OK : ExitCode.NOT_FOUND;
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ExplainShardRequest;
import io.titankv.proto.admin.v1.ExplainShardResponse;
import io.titankv.proto.admin.v1.ShardGrpc;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "why",
        description = "Why a shard is where it is and has what it has, what changes it now, and what is next")
final class ShardWhyCommand extends TitanCommand {
    @Parameters(paramLabel = "SHARD", description = "As 'titan shard ls' names it")
    private String shardId = "";

    ShardWhyCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        ExplainShardResponse explained = context.connections()
                .call(
                        global(),
                        ShardGrpc::newBlockingStub,
                        stub -> stub.explainShard(ExplainShardRequest.newBuilder()
                                .setShardId(shardId)
                                .build()));
        new Report(ShardReport.fields(new Fields(), explained.getShard()))
                .table("replicas", ShardReport.replicas(explained.getShard()))
                .lines("facts", "fact", explained.getFactsList())
                .table("steps", PlanReport.steps(explained.getStepsList()))
                .lines("next", "next", explained.getNextList())
                .print(console(), context.format());
        return ExitCode.OK;
    }
}

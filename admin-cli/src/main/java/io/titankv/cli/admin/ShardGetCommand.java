package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.GetShardRequest;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.ShardInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "get", description = "One shard and its replicas")
final class ShardGetCommand extends TitanCommand {
    @Parameters(paramLabel = "SHARD", description = "s1, s2, ...")
    private String shardId = "";

    ShardGetCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        ShardInfo shard = context.connections()
                .call(
                        global(),
                        ShardGrpc::newBlockingStub,
                        stub -> stub.getShard(
                                GetShardRequest.newBuilder().setShardId(shardId).build()));
        ShardReport.print(new Fields(), shard, console(), context.format());
        return ExitCode.OK;
    }
}

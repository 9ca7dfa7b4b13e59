package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.ShardGrpc.ShardBlockingStub;
import io.titankv.proto.admin.v1.SplitShardRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "split", description = "A new shard, which takes half of what one owns")
final class ShardSplitCommand extends ShardChangeCommand {
    @Parameters(paramLabel = "SHARD", description = "As 'titan shard ls' names it")
    private String shardId = "";

    ShardSplitCommand(Context context) {
        super(context);
    }

    @Override
    ChangeResponse change(ShardBlockingStub stub, ChangeOptions options) {
        return stub.splitShard(SplitShardRequest.newBuilder()
                .setShardId(shardId)
                .setOptions(options)
                .build());
    }
}

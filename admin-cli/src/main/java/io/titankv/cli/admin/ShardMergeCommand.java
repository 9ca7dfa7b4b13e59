package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.MergeShardRequest;
import io.titankv.proto.admin.v1.ShardGrpc.ShardBlockingStub;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "merge", description = "Give everything that a shard owns to the others, then retire it")
final class ShardMergeCommand extends ShardChangeCommand {
    @Parameters(paramLabel = "SHARD", description = "As 'titan shard ls' names it")
    private String shardId = "";

    ShardMergeCommand(Context context) {
        super(context);
    }

    @Override
    ChangeResponse change(ShardBlockingStub stub, ChangeOptions options) {
        return stub.mergeShard(MergeShardRequest.newBuilder()
                .setShardId(shardId)
                .setOptions(options)
                .build());
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.CreateShardRequest;
import io.titankv.proto.admin.v1.ShardGrpc.ShardBlockingStub;
import picocli.CommandLine.Command;

@Command(name = "create", description = "A new shard, which takes the same part of every other")
final class ShardCreateCommand extends ShardChangeCommand {
    ShardCreateCommand(Context context) {
        super(context);
    }

    @Override
    ChangeResponse change(ShardBlockingStub stub, ChangeOptions options) {
        return stub.createShard(
                CreateShardRequest.newBuilder().setOptions(options).build());
    }
}

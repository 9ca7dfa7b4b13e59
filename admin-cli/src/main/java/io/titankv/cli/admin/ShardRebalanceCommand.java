package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.RebalanceShardsRequest;
import io.titankv.proto.admin.v1.ShardGrpc.ShardBlockingStub;
import picocli.CommandLine.Command;

@Command(name = "rebalance", description = "Make the shards alike in bytes and in operations")
final class ShardRebalanceCommand extends ShardChangeCommand {
    ShardRebalanceCommand(Context context) {
        super(context);
    }

    @Override
    ChangeResponse change(ShardBlockingStub stub, ChangeOptions options) {
        return stub.rebalanceShards(
                RebalanceShardsRequest.newBuilder().setOptions(options).build());
    }
}

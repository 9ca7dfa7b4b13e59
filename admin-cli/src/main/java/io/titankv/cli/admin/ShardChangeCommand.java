package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.ShardGrpc.ShardBlockingStub;

/** A change of who owns what. */
abstract class ShardChangeCommand extends ChangeCommand {
    ShardChangeCommand(Context context) {
        super(context);
    }

    abstract ChangeResponse change(ShardBlockingStub stub, ChangeOptions options);

    @Override
    final ChangeResponse ask(ChangeOptions options) {
        return context.connections().call(global(), ShardGrpc::newBlockingStub, stub -> change(stub, options));
    }
}

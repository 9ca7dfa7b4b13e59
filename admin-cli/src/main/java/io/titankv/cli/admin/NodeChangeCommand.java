package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.NodeGrpc.NodeBlockingStub;
import picocli.CommandLine.Parameters;

/** A change of a node. */
abstract class NodeChangeCommand extends ChangeCommand {
    @Parameters(paramLabel = "NODE", description = "As 'titan node ls' names it")
    private String nodeId = "";

    NodeChangeCommand(Context context) {
        super(context);
    }

    abstract ChangeResponse change(NodeBlockingStub stub, String nodeId, ChangeOptions options);

    @Override
    final ChangeResponse ask(ChangeOptions options) {
        return context.connections().call(global(), NodeGrpc::newBlockingStub, stub -> change(stub, nodeId, options));
    }
}

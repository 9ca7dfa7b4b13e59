package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.DecommissionNodeRequest;
import io.titankv.proto.admin.v1.NodeGrpc.NodeBlockingStub;
import picocli.CommandLine.Command;

@Command(name = "decommission", description = "Take every replica off a node, then it may be stopped for good")
final class NodeDecommissionCommand extends NodeChangeCommand {
    NodeDecommissionCommand(Context context) {
        super(context);
    }

    @Override
    ChangeResponse change(NodeBlockingStub stub, String nodeId, ChangeOptions options) {
        return stub.decommissionNode(DecommissionNodeRequest.newBuilder()
                .setNodeId(nodeId)
                .setOptions(options)
                .build());
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.NodeGrpc.NodeBlockingStub;
import io.titankv.proto.admin.v1.RecommissionNodeRequest;
import picocli.CommandLine.Command;

@Command(name = "recommission", description = "Put a node that was drained or decommissioned back into service")
final class NodeRecommissionCommand extends NodeChangeCommand {
    NodeRecommissionCommand(Context context) {
        super(context);
    }

    @Override
    ChangeResponse change(NodeBlockingStub stub, String nodeId, ChangeOptions options) {
        return stub.recommissionNode(RecommissionNodeRequest.newBuilder()
                .setNodeId(nodeId)
                .setOptions(options)
                .build());
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.NodeGrpc.NodeBlockingStub;
import io.titankv.proto.admin.v1.ReplaceNodeRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "replace", description = "Give every replica of a node, up or dead, to another one")
final class NodeReplaceCommand extends NodeChangeCommand {
    @Parameters(index = "1", paramLabel = "BY", description = "The node that gets them, where it can have them")
    private String byNodeId = "";

    NodeReplaceCommand(Context context) {
        super(context);
    }

    @Override
    ChangeResponse change(NodeBlockingStub stub, String nodeId, ChangeOptions options) {
        return stub.replaceNode(ReplaceNodeRequest.newBuilder()
                .setNodeId(nodeId)
                .setByNodeId(byNodeId)
                .setOptions(options)
                .build());
    }
}

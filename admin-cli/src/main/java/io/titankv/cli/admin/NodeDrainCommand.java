package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.DrainNodeRequest;
import io.titankv.proto.admin.v1.NodeGrpc.NodeBlockingStub;
import picocli.CommandLine.Command;

@Command(name = "drain", description = "Take every leadership off a node; its replicas stay")
final class NodeDrainCommand extends NodeChangeCommand {
    NodeDrainCommand(Context context) {
        super(context);
    }

    @Override
    ChangeResponse change(NodeBlockingStub stub, String nodeId, ChangeOptions options) {
        return stub.drainNode(DrainNodeRequest.newBuilder()
                .setNodeId(nodeId)
                .setOptions(options)
                .build());
    }
}

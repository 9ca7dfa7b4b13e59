package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ListNodesRequest;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.NodeInfo;
import java.time.Instant;
import picocli.CommandLine.Command;

@Command(name = "ls", description = "All nodes: address, state, and what each holds")
final class NodeListCommand extends TitanCommand {
    NodeListCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        Sheet sheet = Sheet.of(
                "node",
                "state",
                "intent",
                "address",
                "replicas>",
                "leaders>",
                "live>",
                "dead>",
                "disk_free>",
                "heartbeat",
                "labels");
        Instant now = Instant.now();
        for (NodeInfo node : context.connections()
                .call(
                        global(),
                        NodeGrpc::newBlockingStub,
                        stub -> stub.listNodes(ListNodesRequest.getDefaultInstance()))
                .getNodesList()) {
            sheet.row(
                    Cell.of(node.getNodeId()),
                    Protos.state(node.getState()),
                    Protos.intent(node.getIntent()),
                    Cell.of(node.getAddress()),
                    Cell.of(node.getReplicas()),
                    Cell.of(node.getLeaders()),
                    Cell.bytes(node.getLiveBytes()),
                    Cell.bytes(node.getDeadBytes()),
                    Cell.bytes(node.getDiskFreeBytes()),
                    Protos.since(node.hasLastHeartbeat(), node.getLastHeartbeat(), now),
                    Protos.labels(node.getLabelsMap()));
        }
        sheet.print(console(), context.format());
        return ExitCode.OK;
    }
}

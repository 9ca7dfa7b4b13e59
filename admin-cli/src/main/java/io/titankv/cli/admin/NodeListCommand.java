package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ListNodesRequest;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.NodeInfo;
import io.titankv.proto.admin.v1.NodeIntent;
import io.titankv.proto.admin.v1.NodeState;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "ls", description = "All nodes: address, state, and what each holds")
final class NodeListCommand extends TitanCommand {
    @Option(names = "--all", description = "Also nodes that were decommissioned and are gone")
    private boolean all;

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
        List<NodeInfo> nodes = context.connections()
                .call(
                        global(),
                        NodeGrpc::newBlockingStub,
                        stub -> stub.listNodes(ListNodesRequest.getDefaultInstance()))
                .getNodesList();
        List<NodeInfo> shown =
                nodes.stream().filter(node -> all || !hasGone(node)).toList();
        for (NodeInfo node : shown) {
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
        if (shown.size() < nodes.size() && console().terminal().err()) {
            console()
                    .errorLine("titan: " + (nodes.size() - shown.size())
                            + " decommissioned and gone, not shown: 'titan node ls --all' shows all");
        }
        return ExitCode.OK;
    }

    /** Its record stays, so that nobody takes its name: but it holds nothing, and nobody hears of it. */
    private static boolean hasGone(NodeInfo node) {
        return node.getIntent() == NodeIntent.NODE_INTENT_DECOMMISSIONED
                && node.getState() == NodeState.NODE_STATE_DEAD
                && node.getReplicas() == 0
                && node.getLearners() == 0
                && !node.getPlacementVoter();
    }
}

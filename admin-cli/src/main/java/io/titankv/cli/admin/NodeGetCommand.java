package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.GetNodeRequest;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.NodeInfo;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "get", description = "One node in full")
final class NodeGetCommand extends TitanCommand {
    @Parameters(paramLabel = "NODE", description = "As 'titan node ls' names it")
    private String nodeId = "";

    NodeGetCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        NodeInfo node = context.connections()
                .call(
                        global(),
                        NodeGrpc::newBlockingStub,
                        stub -> stub.getNode(
                                GetNodeRequest.newBuilder().setNodeId(nodeId).build()));
        Instant now = Instant.now();
        new Fields()
                .add("node", node.getNodeId())
                .add("state", Protos.state(node.getState()))
                .add("intent", Protos.intent(node.getIntent()))
                .add("address", node.getAddress())
                .add("raft_address", Cell.orDash(node.getRaftAddress()))
                .add("version", Cell.orDash(node.getServerVersion()))
                .add("labels", Protos.labels(node.getLabelsMap()))
                .add("started", Protos.since(node.hasStartedAt(), node.getStartedAt(), now))
                .add("heartbeat", Protos.since(node.hasLastHeartbeat(), node.getLastHeartbeat(), now))
                .add("placement_voter", Cell.of(node.getPlacementVoter()))
                .add("replicas", node.getReplicas())
                .add("learners", node.getLearners())
                .add("leaders", node.getLeaders())
                .add("live", Cell.bytes(node.getLiveBytes()))
                .add("dead", Cell.bytes(node.getDeadBytes()))
                .add("disk_free", Cell.bytes(node.getDiskFreeBytes()))
                .add("disk_total", Cell.bytes(node.getDiskTotalBytes()))
                .print(console(), context.format());
        return ExitCode.OK;
    }
}

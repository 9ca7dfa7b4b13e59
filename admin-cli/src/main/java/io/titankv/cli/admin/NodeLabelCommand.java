package io.titankv.cli.admin;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.LabelNodeRequest;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.NodeInfo;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "label", description = "Set labels of a node, such as zone=z1, or remove them: zone-")
final class NodeLabelCommand extends TitanCommand {
    @Parameters(index = "0", paramLabel = "NODE", description = "As 'titan node ls' names it")
    private String nodeId = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "NAME=VALUE|NAME-",
            description = "What to set, or to remove")
    private List<String> changes = new ArrayList<>();

    @Option(names = "--dry-run", description = "Only look whether it could be done")
    private boolean dryRun;

    NodeLabelCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        LabelNodeRequest.Builder request =
                LabelNodeRequest.newBuilder().setNodeId(nodeId).setValidateOnly(dryRun);
        for (String change : changes) {
            int at = change.indexOf('=');
            if (at > 0) {
                request.putSet(change.substring(0, at), change.substring(at + 1));
            } else if (at < 0 && change.length() > 1 && change.endsWith("-")) {
                request.addRemove(change.substring(0, change.length() - 1));
            } else {
                throw CliException.usage("a label is written NAME=VALUE, or NAME- to remove it: " + change);
            }
        }
        NodeInfo node = context.connections()
                .call(global(), NodeGrpc::newBlockingStub, stub -> stub.labelNode(request.build()));
        new Fields()
                .add("node", node.getNodeId())
                .add("labels", Protos.labels(node.getLabelsMap()))
                .print(console(), context.format());
        return ExitCode.OK;
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Fields;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.ExplainShardRequest;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.OperationState;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.ShardGrpc.ShardBlockingStub;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.proto.admin.v1.TransferLeaderRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Always stays until it has ended, as the cluster sees to it that it does within half a minute, and says who leads then. */
@Command(name = "transfer-leader", description = "Have a replica lead its shard, and say who leads then")
final class ShardTransferLeaderCommand extends ShardChangeCommand {
    @Parameters(index = "0", paramLabel = "SHARD", description = "As 'titan shard ls' names it")
    private String shardId = "";

    @Parameters(index = "1", paramLabel = "NODE", description = "A node that has a voter of the shard")
    private String nodeId = "";

    ShardTransferLeaderCommand(Context context) {
        super(context);
    }

    @Override
    ChangeResponse change(ShardBlockingStub stub, ChangeOptions options) {
        return stub.transferLeader(TransferLeaderRequest.newBuilder()
                .setShardId(shardId)
                .setToNodeId(nodeId)
                .setOptions(options)
                .build());
    }

    @Override
    int follow(ChangeResponse begun) {
        if (!begun.hasOperation()) {
            leader().add("result", "it led already").print(console(), context.format());
            return ExitCode.OK;
        }
        OperationInfo ended =
                new OperationWait(context).ended(begun.getOperation().getOperationId());
        boolean isDone = ended.getState() == OperationState.OPERATION_STATE_DONE;
        leader().add("operation", ended.getOperationId())
                .add(
                        "result",
                        isDone ? "it leads now" : Protos.state(ended.getState()).text() + ": " + ended.getError())
                .print(console(), context.format());
        return isDone ? ExitCode.OK : ExitCode.REFUSED;
    }

    /** As the placement leader knows it, which is the first to know. */
    private Fields leader() {
        ShardInfo shard = context.connections()
                .call(
                        global(),
                        ShardGrpc::newBlockingStub,
                        stub -> stub.explainShard(ExplainShardRequest.newBuilder()
                                .setShardId(shardId)
                                .build()))
                .getShard();
        return new Fields()
                .add("shard", shard.getShardId())
                .add("leader", Cell.orDash(shard.getLeaderNodeId()))
                .add("term", shard.getTerm());
    }
}

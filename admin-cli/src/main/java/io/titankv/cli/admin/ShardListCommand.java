package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ListShardsRequest;
import io.titankv.proto.admin.v1.ShardGrpc;
import io.titankv.proto.admin.v1.ShardInfo;
import picocli.CommandLine.Command;

@Command(name = "ls", description = "All shards: leader, replicas, share of the ring, and what each holds")
final class ShardListCommand extends TitanCommand {
    ShardListCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        Sheet sheet = Sheet.of(
                "shard",
                "leader",
                "term>",
                "commit>",
                "lag>",
                "share>",
                "ranges>",
                "keys>",
                "live>",
                "dead>",
                "replicas");
        for (ShardInfo shard : context.connections()
                .call(
                        global(),
                        ShardGrpc::newBlockingStub,
                        stub -> stub.listShards(ListShardsRequest.getDefaultInstance()))
                .getShardsList()) {
            long lagMost = shard.getReplicasList().stream()
                    .mapToLong(ShardInfo.Replica::getLag)
                    .max()
                    .orElse(0);
            sheet.row(
                    Cell.of(shard.getShardId()),
                    Protos.leader(shard.getLeaderNodeId()),
                    Cell.of(shard.getTerm()),
                    Cell.of(shard.getCommitIndex()),
                    Protos.lag(lagMost),
                    Cell.share(shard.getShare()),
                    Cell.of(shard.getRanges()),
                    Cell.of(shard.getKeys()),
                    Cell.bytes(shard.getLiveBytes()),
                    Cell.bytes(shard.getDeadBytes()),
                    Protos.replicas(shard));
        }
        sheet.print(console(), context.format());
        return ExitCode.OK;
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.Style.Tone;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.GetClusterRequest;
import io.titankv.proto.admin.v1.GetClusterResponse;
import picocli.CommandLine.Command;

@Command(name = "status", description = "How many nodes and shards are up, and how much they hold")
final class ClusterStatusCommand extends TitanCommand {
    ClusterStatusCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        GetClusterResponse cluster = context.connections()
                .call(
                        global(),
                        ClusterGrpc::newBlockingStub,
                        stub -> stub.getCluster(GetClusterRequest.getDefaultInstance()));
        Fields fields = new Fields()
                .add("cluster_id", cluster.getClusterId())
                .add("version", Cell.orDash(cluster.getServerVersion()))
                .add("epoch", cluster.getEpoch())
                .add("nodes", outOf(cluster.getNodesUp(), cluster.getNodesTotal(), "up"))
                .add("shards", outOf(cluster.getShardsWithLeader(), cluster.getShardsTotal(), "with a leader"))
                .add("replicas_per_shard", cluster.getReplicasPerShard())
                .add("placement_leader", Cell.orDash(cluster.getPlacementLeaderNodeId()))
                .add("keys", cluster.getKeys())
                .add("live", Cell.bytes(cluster.getLiveBytes()))
                .add("dead", Cell.bytes(cluster.getDeadBytes()))
                .add("value_max", Cell.bytes(cluster.getValueBytesMax()));
        if (cluster.hasStaleFor()) {
            fields.add(
                    "stale_for",
                    Cell.duration(Protos.duration(cluster.getStaleFor())).tone(Tone.WARNING));
        }
        fields.print(console(), context.format());
        return ExitCode.OK;
    }

    private static Cell outOf(int some, int all, String what) {
        return new Cell(
                some + " of " + all + " " + what,
                java.util.Map.of("ready", some, "total", all),
                some == all ? Tone.GOOD : Tone.BAD);
    }
}

package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.Style.Tone;
import io.titankv.proto.admin.v1.ShardInfo;

/** One shard in full: its own properties, then its replicas. */
final class ShardReport {
    private ShardReport() {}

    /** @param fields what to say before; the shard's are added to it, and it is returned */
    static Fields fields(Fields fields, ShardInfo shard) {
        return fields.add("shard", shard.getShardId())
                .add("leader", Protos.leader(shard.getLeaderNodeId()))
                .add("term", shard.getTerm())
                .add("commit_index", shard.getCommitIndex())
                .add("share", Cell.share(shard.getShare()))
                .add("ranges", shard.getRanges())
                .add("keys", shard.getKeys())
                .add("live", Cell.bytes(shard.getLiveBytes()))
                .add("dead", Cell.bytes(shard.getDeadBytes()))
                .add("raft_group", Cell.orDash(shard.getRaftGroup()))
                .add("operation", Cell.orDash(shard.getOperationId()));
    }

    static Sheet replicas(ShardInfo shard) {
        Sheet replicas = Sheet.of("replica", "role", "applied>", "lag>", "fault");
        for (ShardInfo.Replica replica : shard.getReplicasList()) {
            replicas.row(
                    Cell.of(replica.getNodeId()),
                    role(replica.getRole()),
                    Cell.of(replica.getAppliedIndex()),
                    Protos.lag(replica.getLag()),
                    replica.getFault().isEmpty()
                            ? Cell.orDash("")
                            : Cell.of(replica.getFault()).tone(Tone.BAD));
        }
        return replicas;
    }

    /** @param before what to say before the shard's own */
    static void print(Fields before, ShardInfo shard, Console console, OutputFormat format) {
        Fields fields = fields(before, shard);
        switch (format) {
            case TABLE, JSON, JSONL ->
                new Report(fields).table("replicas", replicas(shard)).print(console, format);
            case PLAIN, RAW -> {
                fields.print(console, format);
                for (ShardInfo.Replica replica : shard.getReplicasList()) {
                    console.println(String.join(
                            "\t",
                            "replica",
                            replica.getNodeId(),
                            replica.getRole(),
                            Long.toString(replica.getAppliedIndex()),
                            Long.toString(replica.getLag()),
                            replica.getFault().isEmpty() ? "-" : replica.getFault()));
                }
            }
        }
    }

    private static Cell role(String role) {
        Tone tone = switch (role) {
            case "leader" -> Tone.STRONG;
            case "learner" -> Tone.WARNING;
            case "down" -> Tone.BAD;
            default -> Tone.PLAIN;
        };
        return Cell.orDash(role).tone(tone);
    }
}

package io.titankv.cli.admin;

import com.google.protobuf.Timestamp;
import io.titankv.cli.common.Cell;
import io.titankv.cli.common.CliException;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.Style.Tone;
import io.titankv.model.Token;
import io.titankv.model.TokenRange;
import io.titankv.proto.admin.v1.GetClusterResponse;
import io.titankv.proto.admin.v1.NodeIntent;
import io.titankv.proto.admin.v1.NodeState;
import io.titankv.proto.admin.v1.OperationState;
import io.titankv.proto.admin.v1.RingArc;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.proto.admin.v1.StepState;
import io.titankv.proto.admin.v1.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The admin services' answers as cells. Pure functions. */
final class Protos {
    private Protos() {}

    static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    }

    static Cell verdict(Verdict verdict) {
        return switch (verdict) {
            case VERDICT_OK -> Cell.of("ok").tone(Tone.GOOD);
            case VERDICT_DEGRADED -> Cell.of("degraded").tone(Tone.WARNING);
            case VERDICT_FAILING -> Cell.of("failing").tone(Tone.BAD);
            case VERDICT_UNSPECIFIED, UNRECOGNIZED -> Cell.of("unknown").tone(Tone.WARNING);
        };
    }

    static Cell state(NodeState state) {
        return switch (state) {
            case NODE_STATE_UP -> Cell.of("up").tone(Tone.GOOD);
            case NODE_STATE_SUSPECT -> Cell.of("suspect").tone(Tone.WARNING);
            case NODE_STATE_DEAD -> Cell.of("dead").tone(Tone.BAD);
            case NODE_STATE_UNSPECIFIED, UNRECOGNIZED -> Cell.of("unknown").tone(Tone.WARNING);
        };
    }

    static Cell intent(NodeIntent intent) {
        return switch (intent) {
            case NODE_INTENT_IN_SERVICE -> Cell.of("in service");
            case NODE_INTENT_DRAINING -> Cell.of("draining").tone(Tone.WARNING);
            case NODE_INTENT_DECOMMISSIONING -> Cell.of("decommissioning").tone(Tone.WARNING);
            case NODE_INTENT_DECOMMISSIONED -> Cell.of("decommissioned").tone(Tone.FAINT);
            case NODE_INTENT_UNSPECIFIED, UNRECOGNIZED -> Cell.orDash("");
        };
    }

    static Cell state(OperationState state) {
        return switch (state) {
            case OPERATION_STATE_PENDING -> Cell.of("pending");
            case OPERATION_STATE_RUNNING -> Cell.of("running").tone(Tone.GOOD);
            case OPERATION_STATE_CANCELLING -> Cell.of("cancelling").tone(Tone.WARNING);
            case OPERATION_STATE_DONE -> Cell.of("done");
            case OPERATION_STATE_FAILED -> Cell.of("failed").tone(Tone.BAD);
            case OPERATION_STATE_CANCELLED -> Cell.of("cancelled").tone(Tone.FAINT);
            case OPERATION_STATE_UNSPECIFIED, UNRECOGNIZED -> Cell.of("unknown").tone(Tone.WARNING);
        };
    }

    static Cell state(StepState state) {
        return switch (state) {
            case STEP_STATE_WAITING -> Cell.of("waiting").tone(Tone.WARNING);
            case STEP_STATE_RUNNING -> Cell.of("running").tone(Tone.GOOD);
            case STEP_STATE_DONE -> Cell.of("done");
            case STEP_STATE_MOOT -> Cell.of("moot").tone(Tone.FAINT);
            case STEP_STATE_UNSPECIFIED, UNRECOGNIZED -> Cell.orDash("");
        };
    }

    /** How long ago, for people; the instant for programs. */
    static Cell since(boolean isSet, Timestamp timestamp, Instant now) {
        if (!isSet) {
            return Cell.orDash("");
        }
        Instant instant = Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
        Duration ago = Duration.between(instant, now);
        return new Cell(
                Quantity.duration(ago.isNegative() ? Duration.ZERO : ago) + " ago", instant.toString(), Tone.PLAIN);
    }

    static Cell labels(Map<String, String> labels) {
        Map<String, String> sorted = new TreeMap<>(labels);
        String text = sorted.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(","));
        return new Cell(text.isEmpty() ? "-" : text, sorted, text.isEmpty() ? Tone.FAINT : Tone.PLAIN);
    }

    static Cell leader(String nodeId) {
        return nodeId.isEmpty() ? new Cell("none", null, Tone.BAD) : Cell.of(nodeId);
    }

    static Cell token(long token) {
        return Cell.of(new Token(token).toString());
    }

    static Cell range(RingArc arc) {
        return range(arc.getStart(), arc.getEnd());
    }

    /** @param end exclusive; 0 stands for 2^64 */
    static Cell range(long start, long end) {
        return Cell.of(new TokenRange(start, end).toString());
    }

    /** A node that is older than this command says nothing of it. */
    static CliException notTold(String what, GetClusterResponse cluster) {
        return new CliException(
                ExitCode.REFUSED,
                "the node does not tell its " + what + ": it runs version " + cluster.getServerVersion()
                        + ", which is older than this command");
    }

    /** Bytes a second; what is not known yet is 0. */
    static Cell rate(double bytesPerSecond) {
        long rate = (long) bytesPerSecond;
        return rate == 0 ? new Cell("-", 0, Tone.FAINT) : new Cell(Quantity.bytes(rate) + "/s", rate, Tone.PLAIN);
    }

    /** The nodes of a shard's replicas, those that do not serve marked. */
    static Cell replicas(ShardInfo shard) {
        boolean areAllWell = true;
        StringBuilder text = new StringBuilder();
        for (ShardInfo.Replica replica : shard.getReplicasList()) {
            boolean isWell = replica.getFault().isEmpty() && !replica.getRole().equals("down");
            areAllWell &= isWell;
            text.append(text.isEmpty() ? "" : ",").append(replica.getNodeId());
            if (!isWell) {
                text.append("(down)");
            } else if (replica.getRole().equals("learner")) {
                text.append("(learner)");
            }
        }
        return new Cell(
                text.toString(),
                shard.getReplicasList().stream()
                        .map(ShardInfo.Replica::getNodeId)
                        .toList(),
                areAllWell ? Tone.PLAIN : Tone.WARNING);
    }

    /** Entries behind the leader. */
    static Cell lag(long lag) {
        return Cell.of(lag).tone(lag == 0 ? Tone.PLAIN : Tone.WARNING);
    }
}

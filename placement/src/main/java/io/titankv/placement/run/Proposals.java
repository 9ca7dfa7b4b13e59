package io.titankv.placement.run;

import io.titankv.model.ErrorReason;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.ProposeOutcome;
import io.titankv.placement.state.CommandResult;
import io.titankv.placement.state.NodeRecord;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Proposes commands to the placement group. Pure but for the proposal. */
final class Proposals {
    private static final Duration BUSY_RETRY = Duration.ofMillis(200);

    private Proposals() {}

    /** Completes with the state's answer; exceptionally, with an error for the wire, when there is none. */
    static CompletableFuture<CommandResult> propose(LeaderSession leader, PlacementCommand command) {
        PlacementCommand stamped =
                command.toBuilder().setAtMillis(leader.now().toEpochMilli()).build();
        return leader.replica.propose(stamped.toByteString()).thenApply(outcome -> switch (outcome) {
            case ProposeOutcome.Applied applied -> CommandResult.fromBytes(applied.result());
            case ProposeOutcome.NotLeader notLeader ->
                throw TitanErrors.toException(notLeader(notLeader.leader(), addressOf(leader, notLeader.leader())));
            case ProposeOutcome.Busy busy ->
                throw TitanErrors.toException(TitanError.of(ErrorReason.BUSY, "the placement group has too much to do")
                        .withRetryDelay(BUSY_RETRY));
            case ProposeOutcome.OutOfService out ->
                throw TitanErrors.toException(
                        ErrorReason.NO_LEADER, "the placement replica is out of service: " + out.why());
            case ProposeOutcome.Undetermined undetermined ->
                throw TitanErrors.toException(ErrorReason.OUTCOME_UNDETERMINED, undetermined.why());
        });
    }

    /** The error of a node that does not lead placement. */
    static TitanError notLeader(@Nullable NodeId leader, @Nullable String address) {
        return leader == null
                ? TitanError.of(ErrorReason.NO_LEADER, "this node does not lead placement and knows of none that does")
                : TitanError.of(ErrorReason.NOT_LEADER, "node " + leader + " leads placement")
                        .withLeader(leader.value(), address);
    }

    private static @Nullable String addressOf(LeaderSession session, @Nullable NodeId node) {
        NodeRecord record = node == null ? null : session.state().nodes().get(node);
        return record == null ? null : record.gatewayAddress();
    }
}

package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.plan.Step;
import io.titankv.placement.plan.WaitingOn;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.PlacementState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Leaderships that people give to a node. A hand-over takes a moment or it does not work, so the operation has a time limit; and what was
 * asked for is not undone by the balance of leaders a moment later. Times are those of the journal, so they outlast a placement leader.
 * Pure functions.
 */
final class LeaderTransfers {
    static final String KIND = "leader transfer";

    /** Several tries of a hand-over; a guess. */
    static final Duration LIMIT = Duration.ofSeconds(30);

    /** So long leaders are evened out without the group: time to do what it was asked for. A guess. */
    static final Duration REST = Duration.ofMinutes(10);

    private LeaderTransfers() {}

    static boolean isOverdue(OperationRecord operation, Instant now) {
        return operation.kind().equals(KIND)
                && operation.phase() == Phase.RUNNING
                && operation
                        .times()
                        .started()
                        .filter(started -> Duration.between(started, now).compareTo(LIMIT) > 0)
                        .isPresent();
    }

    /** Why one that is overdue failed. */
    static String failure(OperationRecord operation, Collection<WaitingOn> waiting) {
        return "not done within " + LIMIT.toSeconds() + " s: "
                + (waiting.isEmpty()
                        ? operation.steps().stream().map(Step::text).collect(Collectors.joining(", "))
                                + " was asked for again and again"
                        : waiting.stream().map(WaitingOn::text).collect(Collectors.joining("; ")));
    }

    /** Groups that stay where a person wanted them, while they are there and the node is to lead anything. */
    static Set<GroupId> resting(PlacementState state, Reports reports, Instant now) {
        return state.journal().operations().values().stream()
                .filter(operation -> operation.kind().equals(KIND) && operation.phase() == Phase.DONE)
                .filter(operation -> operation
                        .times()
                        .ended()
                        .filter(ended -> Duration.between(ended, now).compareTo(REST) < 0)
                        .isPresent())
                .flatMap(operation -> operation.steps().stream())
                .filter(Step.MoveLeader.class::isInstance)
                .map(Step.MoveLeader.class::cast)
                .filter(move -> state.intentOf(move.to()) == Intent.IN_SERVICE)
                .filter(move -> reports.reportedLeader(move.group())
                        .filter(move.to()::equals)
                        .isPresent())
                .map(Step.MoveLeader::group)
                .collect(Collectors.toUnmodifiableSet());
    }
}

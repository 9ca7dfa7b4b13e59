package io.titankv.placement.run;

import com.google.common.base.Suppliers;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.PlanPolicy;
import io.titankv.placement.plan.RangeRoom;
import io.titankv.placement.plan.WaitingOn;
import io.titankv.placement.state.OperationForm;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.TransferForm;
import io.titankv.placement.state.TransferRecord;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.internal.v1.ReplicaState;
import io.titankv.proto.internal.v1.TransferPart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is decided of the range transfers under way, as told by the state and by what the leaders of both groups report. Each decision
 * is an entry of placement's log; a transfer of which one side has no leader just waits, while it is prepared not for ever. Pure functions.
 */
final class TransferRound {
    /** Frozen ranges are not served: if the copy is not whole by then, they are served where they were. */
    static final Duration FROZEN_MAX = Duration.ofSeconds(3);

    /** A freeze that nobody reports, or that comes and goes with leaders, is given up. */
    static final Duration FREEZING_MAX = Duration.ofSeconds(10);

    /**
     * A transfer that is prepared and copies nothing for so long is undone, and its operation cancelled: as long as it takes by default to
     * heal a node that died, and as long again, so that what a dead node holds up gets on before. A guess.
     */
    static final Duration STALLED_MAX = Duration.ofMinutes(10);

    private TransferRound() {}

    /**
     * For how long a transfer has been as it is, as far as this placement leader has seen.
     *
     * @param inPhase in its phase
     * @param frozen since the group that gives the ranges reported that they are frozen; zero: it has not
     * @param stalled while it is prepared: since something was copied last ({@link CopyProgress}), or it began; else zero
     */
    record Lasting(Duration inPhase, Duration frozen, Duration stalled) {
        static final Lasting NOW = new Lasting(Duration.ZERO, Duration.ZERO, Duration.ZERO);
    }

    /** What to propose. */
    static List<PlacementCommand> commands(
            PlacementState state, Reports reports, PlanPolicy policy, Map<Long, Lasting> lasting) {
        // A model of the cluster is drawn for copies alone: what is frozen holds clients up, and is decided without.
        Supplier<RangeRoom> room = Suppliers.memoize(() -> new RangeRoom(ClusterModels.of(state, reports), policy));
        List<PlacementCommand> commands = new ArrayList<>();
        state.transfers().underWay().forEach((id, transfer) -> {
            Lasting so = lasting.getOrDefault(id, Lasting.NOW);
            next(transfer, state, reports, room, so)
                    .ifPresentOrElse(commands::add, () -> commands.addAll(givenUp(transfer, state, reports, so)));
        });
        return List.copyOf(commands);
    }

    private static Optional<PlacementCommand> next(
            TransferRecord transfer, PlacementState state, Reports reports, Supplier<RangeRoom> room, Lasting lasting) {
        String cluster = state.clusterId();
        long id = transfer.id();
        Optional<String> unwanted = unwanted(transfer, state);
        return switch (transfer.phase()) {
            case PREPARING -> {
                // Once frozen, little is left to come.
                Optional<String> stopped = unwanted.or(() -> room.get()
                        .exhausted(transfer.to(), RangeProgress.bytesLeft(transfer, state, reports))
                        .map(WaitingOn::text));
                if (stopped.isPresent()) {
                    yield stopped.map(why -> TransferForm.abort(cluster, id, why));
                }
                boolean mayFreeze = importing(transfer, reports)
                                .filter(part -> part.getCaughtUp() || part.getComplete())
                                .isPresent()
                        && reports.reportedLeader(transfer.from()).isPresent();
                yield mayFreeze ? Optional.of(TransferForm.freeze(cluster, id)) : Optional.empty();
            }
            case FREEZING -> {
                if (unwanted.isPresent()) {
                    yield unwanted.map(why -> TransferForm.abort(cluster, id, why));
                }
                yield importing(transfer, reports)
                        .filter(TransferPart::getComplete)
                        .map(part -> TransferForm.commit(cluster, id));
            }
            case COMMITTED, ABORTED -> {
                boolean rested = transfer.phase() == TransferRecord.Phase.COMMITTED
                        || unwanted.isPresent()
                        || lasting.inPhase().compareTo(FreezeRetries.restAfter(freezesGivenUp(transfer, state))) >= 0;
                yield rested && hasSettled(transfer.from(), id, reports) && hasSettled(transfer.to(), id, reports)
                        ? Optional.of(TransferForm.end(cluster, id))
                        : Optional.empty();
            }
        };
    }

    /** What does not get on is given up, and its operation with it when it would only begin anew and stand still again. */
    private static List<PlacementCommand> givenUp(
            TransferRecord transfer, PlacementState state, Reports reports, Lasting lasting) {
        return switch (transfer.phase()) {
            case PREPARING ->
                lasting.stalled().compareTo(STALLED_MAX) < 0
                        ? List.of()
                        : undone(
                                transfer,
                                state,
                                "nothing was copied for " + STALLED_MAX.toMinutes() + " min: "
                                        + standstill(transfer, reports));
            case FREEZING ->
                late(lasting).map(why -> thawed(transfer, state, why)).orElse(List.of());
            case COMMITTED, ABORTED -> List.of();
        };
    }

    private static List<PlacementCommand> thawed(TransferRecord transfer, PlacementState state, String why) {
        int freezes = freezesGivenUp(transfer, state) + 1;
        return freezes < FreezeRetries.FREEZES_MAX
                ? List.of(TransferForm.abort(state.clusterId(), transfer.id(), why))
                : undone(transfer, state, why + ", as with " + (freezes - 1) + " freezes in a row before");
    }

    private static List<PlacementCommand> undone(TransferRecord transfer, PlacementState state, String why) {
        List<PlacementCommand> commands = new ArrayList<>();
        commands.add(TransferForm.abort(state.clusterId(), transfer.id(), why));
        state.journal()
                .operation(transfer.operation())
                .ifPresent(operation -> commands.add(OperationForm.cancel(
                        state.clusterId(),
                        operation.id(),
                        Undo.of(operation, state),
                        transfer.name() + " was undone, " + why)));
        return commands;
    }

    /** How many freezes of its operation were given up in a row. */
    static int freezesGivenUp(TransferRecord transfer, PlacementState state) {
        return state.journal()
                .operation(transfer.operation())
                .map(OperationRecord::freezesGivenUp)
                .orElse(0);
    }

    /** What keeps a transfer from being prepared, for people. */
    static String standstill(TransferRecord transfer, Reports reports) {
        for (GroupId group : List.of(transfer.from(), transfer.to())) {
            if (reports.reportedLeader(group).isEmpty()) {
                return "group " + group + " has no leader that is heard of" + lastLed(group, reports);
            }
        }
        Optional<TransferPart> part = importing(transfer, reports);
        if (part.isEmpty()) {
            return "the leader of " + transfer.to() + ", "
                    + reports.reportedLeader(transfer.to()).map(NodeId::value).orElse("") + ", has not begun";
        }
        return part.get().getBytesCopied() + " bytes came in attempt "
                + part.get().getAttempts()
                + (part.get().getFailure().isEmpty()
                        ? ""
                        : "; the last failed: " + part.get().getFailure());
    }

    private static String lastLed(GroupId group, Reports reports) {
        return Optional.ofNullable(reports.leaders().get(group))
                .map(Reports.Leadership::leader)
                .filter(node -> !reports.isUp(node))
                .flatMap(node -> Optional.ofNullable(reports.nodes().get(node))
                        .map(report -> "; " + node + " led it and has not been heard of for "
                                + report.silentFor().toSeconds() + " s"))
                .orElse("");
    }

    /** Nobody wants a transfer any more whose operation was cancelled. */
    private static Optional<String> unwanted(TransferRecord transfer, PlacementState state) {
        boolean isWanted = state.journal()
                .operation(transfer.operation())
                .filter(operation -> operation.phase() == OperationRecord.Phase.RUNNING)
                .isPresent();
        return isWanted ? Optional.empty() : Optional.of("op-" + transfer.operation() + " was cancelled");
    }

    private static Optional<String> late(Lasting lasting) {
        if (lasting.frozen().compareTo(FROZEN_MAX) >= 0) {
            return Optional.of("the copy was not whole " + FROZEN_MAX.toSeconds() + " s after its ranges were frozen");
        }
        return lasting.inPhase().compareTo(FREEZING_MAX) >= 0
                ? Optional.of("the copy was not whole " + FREEZING_MAX.toSeconds() + " s after its ranges were to be"
                        + " frozen")
                : Optional.empty();
    }

    /** The part of the leader that gets the ranges, once it knows of the transfer. */
    static Optional<TransferPart> importing(TransferRecord transfer, Reports reports) {
        return part(transfer.to(), reports)
                .filter(part ->
                        part.getTransfer() == transfer.id() && part.getSide() == TransferPart.Side.SIDE_IMPORTING);
    }

    static boolean isFrozen(TransferRecord transfer, Reports reports) {
        return part(transfer.from(), reports)
                .filter(part -> part.getTransfer() == transfer.id() && part.getSide() == TransferPart.Side.SIDE_FROZEN)
                .isPresent();
    }

    static boolean hasSettled(GroupId group, long transfer, Reports reports) {
        return part(group, reports)
                .filter(part -> part.getSettled() >= transfer)
                .isPresent();
    }

    /** What a group's leader says. */
    private static Optional<TransferPart> part(GroupId group, Reports reports) {
        return reports.reportedLeader(group)
                .flatMap(leader -> reports.replica(leader, group))
                .map(ReplicaState::getTransfer);
    }
}

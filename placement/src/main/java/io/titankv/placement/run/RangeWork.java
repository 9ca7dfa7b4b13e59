package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.Action;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.NextAction;
import io.titankv.placement.plan.PlanPolicy;
import io.titankv.placement.plan.RangeRoom;
import io.titankv.placement.plan.Step;
import io.titankv.placement.plan.WaitingOn;
import io.titankv.placement.plan.WaitingOn.ReplicasMissing.Missing;
import io.titankv.placement.run.TransferRound.Lasting;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.GroupRecord.State;
import io.titankv.placement.state.OperationForm;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.TransferForm;
import io.titankv.placement.state.TransferRecord;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.internal.v1.TransferPart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How operations change who owns what: groups are formed and retired, and ranges that go from one group to one other go together, in one
 * transfer. Used once by one thread, for one look; pure.
 */
final class RangeWork {
    /** A transfer that copies nothing for so long is said to stand still; heartbeats tell of it four times a second. */
    private static final Duration STALLED_SAID = Duration.ofSeconds(10);

    private final PlacementState state;
    private final Reports reports;
    private final PlanPolicy policy;
    private final Elapsed elapsed;
    /** Transfers under way, and those begun by this look. */
    private int transfers;

    private long lastTransfer;
    /** What each group will get yet by those. */
    private final Map<GroupId, Long> onTheWay = new HashMap<>();

    RangeWork(PlacementState state, Reports reports, PlanPolicy policy, Elapsed elapsed) {
        this.elapsed = elapsed;
        this.state = state;
        this.reports = reports;
        this.policy = policy;
        this.transfers = state.transfers().underWay().size();
        this.lastTransfer = state.transfers().last();
        state.transfers()
                .underWay()
                .values()
                .forEach(transfer ->
                        onTheWay.merge(transfer.to(), RangeProgress.bytesLeft(transfer, state, reports), Long::sum));
    }

    /**
     * What groups ask for without an operation that runs: one that was formed for an operation that is over, or was to be retired by one,
     * and owns nothing, is retired; one that is retired is forgotten when its replicas are gone. A group that just gave everything away stays.
     */
    List<PlacementCommand> tidy() {
        List<PlacementCommand> commands = new ArrayList<>();
        Set<GroupId> owners = state.ring().stream().map(entry -> entry.owner()).collect(Collectors.toSet());
        List<GroupId> idle = new ArrayList<>();
        for (GroupRecord group : state.groups().values()) {
            if (group.state() == State.RETIRED) {
                if (isGone(group)) {
                    commands.add(TransferForm.forgetGroup(state.clusterId(), group.id()));
                }
            } else if (!owners.contains(group.id())
                    && state.transfers().of(group.id()).isEmpty()) {
                idle.add(group.id());
            }
        }
        // Mostly there is none, and what operations said of them is long to read.
        if (!idle.isEmpty()) {
            idle.retainAll(unwanted());
            idle.forEach(group -> commands.add(TransferForm.retireGroup(state.clusterId(), group)));
        }
        return commands;
    }

    /** The groups that operations which are over have left, and that none which runs speaks of. */
    private Set<GroupId> unwanted() {
        Set<GroupId> unwanted = state.journal().operations().values().stream()
                .filter(operation -> operation.phase().isEnded())
                .flatMap(RangeWork::unwantedAfter)
                .collect(Collectors.toCollection(HashSet::new));
        state.journal().running().stream()
                .flatMap(operation -> operation.steps().stream())
                .forEach(step -> unwanted.removeAll(step.groups()));
        return unwanted;
    }

    /** A group may be formed after its operation was cancelled: the entry was on its way. */
    private static Stream<GroupId> unwantedAfter(OperationRecord operation) {
        return operation.steps().stream()
                .filter(step -> step instanceof Step.RetireGroup
                        || (step instanceof Step.CreateGroup && operation.phase() != Phase.DONE))
                .flatMap(step -> step.groups().stream());
    }

    /** A node that is dead is not waited for: it deletes what it has of a group that is forgotten when it comes back ({@link Duties}). */
    private boolean isGone(GroupRecord group) {
        return Stream.concat(group.roster().everybody().stream(), reports.nodes().keySet().stream())
                .distinct()
                .allMatch(node -> isGoneFrom(node, group.id()));
    }

    private boolean isGoneFrom(NodeId node, GroupId group) {
        Reports.NodeReport report = reports.nodes().get(node);
        if (report == null) {
            return true;
        }
        return switch (report.liveness()) {
            case UP -> report.last().isPresent() && reports.replica(node, group).isEmpty();
            case SUSPECT -> false;
            case DEAD -> true;
        };
    }

    /** Forms a group; the step is moot when its number was given to another one since it was planned. */
    PlacementCommand form(Action.FormGroup form, OperationRecord operation) {
        if (form.group().number() > state.lastGroup()) {
            return TransferForm.formGroup(state.clusterId(), form.group(), form.members());
        }
        SortedMap<Integer, String> moot = new TreeMap<>();
        for (int place = 0; place < operation.steps().size(); place++) {
            if (operation.steps().get(place) instanceof Step.CreateGroup create
                    && create.group().equals(form.group())) {
                moot.put(place, "group " + form.group() + " was there and is retired: plan again");
            }
        }
        return OperationForm.advance(state.clusterId(), operation.id(), Set.of(), moot);
    }

    PlacementCommand end(Action.EndGroup end) {
        return TransferForm.retireGroup(state.clusterId(), end.group());
    }

    /** Begins the transfer of a range, with all others of the operation that go the same way and may go now. */
    Optional<PlacementCommand> begin(
            Action.TransferRange action,
            OperationRecord operation,
            ClusterModel model,
            SortedMap<Integer, WaitingOn> held) {
        int transfersMax = policy.pace().transfersMax();
        if (transfers >= transfersMax) {
            places(operation, move -> goesAlike(move, action))
                    .forEach(place -> held.put(place, new WaitingOn.TransfersBusy(transfers, transfersMax)));
            return Optional.empty();
        }
        RangeRoom room = new RangeRoom(model, policy);
        onTheWay.forEach(room::promise);
        List<TokenRange> ranges = new ArrayList<>();
        long bytes = 0;
        for (int place : places(operation, move -> goesAlike(move, action))) {
            Step.MoveRange move = (Step.MoveRange) operation.steps().get(place);
            Optional<WaitingOn.NoRoomOn> lack = room.lack(action.to(), bytes + move.bytes());
            if (lack.isPresent()) {
                held.put(place, lack.get());
                continue;
            }
            boolean goesToo = ranges.size() < TransferRecord.RANGES_MAX
                    && (ranges.isEmpty() || bytes + move.bytes() <= policy.transferBytesMax())
                    && ranges.stream().noneMatch(move.range()::overlaps)
                    && NextAction.of(move, model, policy) instanceof NextAction.Act;
            if (goesToo) {
                ranges.add(move.range());
                bytes += move.bytes();
                held.remove(place);
            }
        }
        if (ranges.isEmpty()) {
            return Optional.empty();
        }
        transfers++;
        lastTransfer++;
        onTheWay.merge(action.to(), bytes, Long::sum);
        return Optional.of(TransferForm.begin(
                state.clusterId(),
                lastTransfer,
                ranges.stream().sorted().toList(),
                action.from(),
                action.to(),
                operation.id()));
    }

    private static boolean goesAlike(Step.MoveRange move, Action.TransferRange action) {
        return move.from().equals(action.from()) && move.to().equals(action.to());
    }

    /** Steps that are not settled and are such moves. */
    private static List<Integer> places(OperationRecord operation, Predicate<Step.MoveRange> which) {
        Set<Integer> settled = operation.settled();
        List<Integer> places = new ArrayList<>();
        for (int place = 0; place < operation.steps().size(); place++) {
            if (!settled.contains(place)
                    && operation.steps().get(place) instanceof Step.MoveRange move
                    && which.test(move)) {
                places.add(place);
            }
        }
        return places;
    }

    /** Says of steps that are under way what holds them, or nothing while nothing does: groups that are made, ranges that move. */
    void explain(OperationRecord operation, Map<Integer, WaitingOn> held) {
        Set<Integer> settled = operation.settled();
        for (int place = 0; place < operation.steps().size(); place++) {
            if (!settled.contains(place) && operation.steps().get(place) instanceof Step.CreateGroup create) {
                explain(place, create.group(), held);
            }
        }
        state.transfers().underWay().values().stream()
                .filter(transfer -> transfer.operation() == operation.id())
                .forEach(transfer -> {
                    Optional<WaitingOn> on = waitingOn(transfer);
                    places(operation, move -> isPartOf(move, transfer))
                            .forEach(place -> on.ifPresentOrElse(it -> held.put(place, it), () -> held.remove(place)));
                });
    }

    private void explain(int place, GroupId id, Map<Integer, WaitingOn> held) {
        GroupRecord group = state.groups().get(id);
        if (group == null || group.state() != State.CREATING) {
            return;
        }
        List<Missing> missing = group.members().stream()
                .filter(member -> !reports.serves(member, id))
                .map(member -> new Missing(member, reports.silence(member)))
                .toList();
        if (!missing.isEmpty()) {
            held.put(
                    place,
                    new WaitingOn.ReplicasMissing(
                            id, missing, elapsed.creations().getOrDefault(id, Duration.ZERO), policy.healAfter()));
        } else if (reports.reportedLeader(id).isEmpty()) {
            held.put(place, new WaitingOn.LeaderUnknown(id));
        } else {
            held.remove(place);
        }
    }

    static boolean isPartOf(Step.MoveRange move, TransferRecord transfer) {
        return move.from().equals(transfer.from())
                && move.to().equals(transfer.to())
                && transfer.ranges().contains(move.range());
    }

    private Optional<WaitingOn> waitingOn(TransferRecord transfer) {
        if (transfer.phase() == TransferRecord.Phase.ABORTED) {
            int freezes = TransferRound.freezesGivenUp(transfer, state);
            return Optional.of(new WaitingOn.TransferGivenUp(
                    transfer.id(),
                    transfer.why(),
                    freezes,
                    FreezeRetries.FREEZES_MAX,
                    FreezeRetries.restAfter(freezes)));
        }
        Duration stalled =
                elapsed.transfers().getOrDefault(transfer.id(), Lasting.NOW).stalled();
        if (stalled.compareTo(STALLED_SAID) >= 0) {
            return Optional.of(new WaitingOn.TransferStalled(
                    transfer.id(), TransferRound.standstill(transfer, reports), stalled, TransferRound.STALLED_MAX));
        }
        return Stream.of(transfer.from(), transfer.to())
                .filter(group -> reports.reportedLeader(group).isEmpty())
                .findFirst()
                .<WaitingOn>map(WaitingOn.LeaderUnknown::new)
                .or(() -> TransferRound.importing(transfer, reports)
                        .filter(part -> !part.getFailure().isEmpty())
                        .map(part -> failed(transfer, part)));
    }

    private static WaitingOn failed(TransferRecord transfer, TransferPart part) {
        return new WaitingOn.CopyFailed(transfer.id(), part.getAttempts(), part.getFailure());
    }
}

package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.Action;
import io.titankv.placement.plan.ClusterModel;
import io.titankv.placement.plan.Frontier;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.plan.PlanPolicy;
import io.titankv.placement.plan.WaitingOn;
import io.titankv.placement.run.Claims.Level;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.Members;
import io.titankv.placement.state.MembersForm;
import io.titankv.placement.state.OperationForm;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.WishesForm;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.internal.v1.Instruction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One look at what is under way: what Raft has confirmed is noted, replicas that are gone are forgotten, and every operation that runs
 * is taken a step further. It remembers nothing: a placement leader that has just begun goes on from the state and the reports. Used
 * once by one thread; pure.
 */
final class OperationRound {
    private final PlacementState state;
    private final Reports reports;
    private final PlanPolicy policy;
    private final Elapsed elapsed;
    private final Instant now;
    private final List<PlacementCommand> commands = new ArrayList<>();
    private final Map<GroupId, Order> orders = new HashMap<>();
    private final Map<Long, SortedMap<Integer, WaitingOn>> waiting = new HashMap<>();

    /** What a node is to do for a group. */
    record Order(NodeId node, Instruction instruction) {}

    /**
     * What follows from a look.
     *
     * @param commands to propose, in this order
     * @param orders to give in answers to heartbeats until the next look
     * @param waiting for each operation that runs: what holds its steps back, by their places
     */
    record Outcome(
            List<PlacementCommand> commands,
            Map<GroupId, Order> orders,
            Map<Long, SortedMap<Integer, WaitingOn>> waiting) {}

    private OperationRound(PlacementState state, Reports reports, PlanPolicy policy, Elapsed elapsed, Instant now) {
        this.state = state;
        this.reports = reports;
        this.policy = policy;
        this.elapsed = elapsed;
        this.now = now;
    }

    static Outcome of(PlacementState state, Reports reports, PlanPolicy policy, Elapsed elapsed, Instant now) {
        OperationRound round = new OperationRound(state, reports, policy, elapsed, now);
        Set<GroupId> changing = round.noteMembers();
        round.forgetDeleted();
        round.operate(changing);
        round.handOverPlacement();
        round.commands.addAll(Creations.commands(state, reports, policy, elapsed, now));
        return new Outcome(List.copyOf(round.commands), Map.copyOf(round.orders), Map.copyOf(round.waiting));
    }

    /** Groups that serve, placement's own among them. */
    private List<GroupId> settledGroups() {
        List<GroupId> groups = new ArrayList<>();
        groups.add(GroupId.PLACEMENT);
        state.groups().values().stream()
                .filter(group -> group.state() == GroupRecord.State.SERVING)
                .forEach(group -> groups.add(group.id()));
        return groups;
    }

    /** Returns the groups whose members are not what the state says: they are left alone until it does. */
    private Set<GroupId> noteMembers() {
        Set<GroupId> changing = new HashSet<>();
        for (GroupId group : settledGroups()) {
            Members known = state.membersOf(group);
            MemberDuties.committed(group, reports)
                    .filter(said -> said.getLogIndex() >= known.logIndex() && !MemberDuties.isAs(said, known))
                    .ifPresent(said -> {
                        changing.add(group);
                        commands.add(MembersForm.confirm(
                                state.clusterId(),
                                group,
                                MemberDuties.ids(said.getVotersList()),
                                MemberDuties.ids(said.getLearnersList()),
                                said.getLogIndex()));
                    });
        }
        return changing;
    }

    private void forgetDeleted() {
        for (GroupId group : settledGroups()) {
            for (NodeId node : state.membersOf(group).leaving()) {
                boolean isHeard = reports.isUp(node)
                        && Optional.ofNullable(reports.nodes().get(node))
                                .flatMap(Reports.NodeReport::last)
                                .isPresent();
                if (isHeard && reports.replica(node, group).isEmpty()) {
                    commands.add(MembersForm.forget(state.clusterId(), group, node));
                }
            }
        }
    }

    private void operate(Set<GroupId> changing) {
        RangeWork ranges = new RangeWork(state, reports, policy, elapsed);
        commands.addAll(ranges.tidy());
        if (state.journal().running().isEmpty()) {
            return; // a model of the cluster is not drawn for nothing four times a second
        }
        ClusterModel model = ClusterModels.of(state, reports);
        Map<Level, SortedMap<GroupId, String>> claimed = new EnumMap<>(Level.class);
        for (Level level : Level.values()) {
            claimed.put(level, Claims.underWay(state, level));
        }
        SortedMap<GroupId, String> members = claimed.getOrDefault(Level.REPLICAS, new TreeMap<>());
        changing.forEach(group -> members.put(group, "a change of its members that is not noted yet"));
        Map<NodeId, Integer> copies = new HashMap<>();
        for (OperationRecord operation : state.journal().running()) {
            Set<Integer> before = operation.settled();
            SortedMap<GroupId, String> claims = claimed.getOrDefault(Claims.levelOf(operation), new TreeMap<>());
            ClusterModel seen =
                    model.withClaims(operation.phase() == Phase.CANCELLING ? Claims.withoutCreation(claims) : claims);
            Frontier frontier = Frontier.of(operation.steps(), before, seen, policy, copies);
            SortedMap<Integer, WaitingOn> held = new TreeMap<>(frontier.waiting());
            waiting.put(operation.id(), held);
            Set<Integer> finished = new HashSet<>(frontier.finished());
            finished.removeAll(before);
            if (!finished.isEmpty() || !frontier.moot().isEmpty()) {
                commands.add(OperationForm.advance(state.clusterId(), operation.id(), finished, frontier.moot()));
            }
            ranges.explain(operation, held);
            if (LeaderTransfers.isOverdue(operation, now) && !frontier.isDone(operation.steps())) {
                commands.add(OperationForm.end(
                        state.clusterId(),
                        operation.id(),
                        Phase.FAILED,
                        LeaderTransfers.failure(operation, held.values())));
                continue;
            }
            frontier.actions().forEach(action -> act(action, operation, held, ranges, seen));
            // What was decided of its ranges is carried through before it ends.
            if (frontier.isDone(operation.steps()) && !state.transfers().isPartOf(operation.id())) {
                commands.add(end(operation, finished, frontier));
            }
            Set<Integer> settled = new HashSet<>(frontier.finished());
            settled.addAll(frontier.moot().keySet());
            Claims.add(operation, settled, claims);
        }
    }

    private PlacementCommand end(OperationRecord operation, Set<Integer> finished, Frontier frontier) {
        SortedMap<Integer, String> moot = new TreeMap<>(operation.moot());
        moot.putAll(frontier.moot());
        boolean nothingDone = operation.finished().isEmpty() && finished.isEmpty() && !moot.isEmpty();
        if (operation.phase() == Phase.CANCELLING) {
            return OperationForm.end(state.clusterId(), operation.id(), Phase.CANCELLED, "");
        }
        return nothingDone
                ? OperationForm.end(
                        state.clusterId(),
                        operation.id(),
                        Phase.FAILED,
                        "no step makes sense any more: "
                                + moot.values().stream().distinct().limit(3).collect(Collectors.joining("; ")))
                : OperationForm.end(state.clusterId(), operation.id(), Phase.DONE, "");
    }

    private void act(
            Action action,
            OperationRecord operation,
            SortedMap<Integer, WaitingOn> held,
            RangeWork ranges,
            ClusterModel model) {
        switch (action) {
            case Action.AddLearner add -> join(add, operation, held);
            case Action.PromoteLearner promote -> {
                Members members = state.membersOf(promote.group());
                order(
                        promote.group(),
                        MemberDuties.with(members.voters(), promote.node()),
                        MemberDuties.without(members.learners(), promote.node()));
            }
            case Action.RemoveMember remove -> {
                Members members = state.membersOf(remove.group());
                if (members.joining().contains(remove.node())) {
                    commands.add(MembersForm.giveUp(state.clusterId(), remove.group(), remove.node()));
                } else {
                    order(
                            remove.group(),
                            MemberDuties.without(members.voters(), remove.node()),
                            MemberDuties.without(members.learners(), remove.node()));
                }
            }
            case Action.TransferLeadership transfer ->
                orders.put(
                        transfer.group(),
                        new Order(transfer.from(), MemberDuties.handOver(transfer.group(), transfer.to())));
            case Action.ChangeIntent change ->
                commands.add(WishesForm.changeIntent(state.clusterId(), change.node(), change.intent()));
            case Action.FormGroup form -> commands.add(ranges.form(form, operation));
            case Action.TransferRange range ->
                ranges.begin(range, operation, model, held).ifPresent(commands::add);
            case Action.EndGroup end -> commands.add(ranges.end(end));
            case Action.DeleteStray _ ->
                throw new IllegalStateException(
                        "operation " + operation.name() + " has a step that cannot be stored: " + action);
        }
    }

    /** What a former replica promised must be gone before a new one is made. */
    private void join(Action.AddLearner add, OperationRecord operation, SortedMap<Integer, WaitingOn> held) {
        if (!state.membersOf(add.group()).leaving().contains(add.node())) {
            commands.add(MembersForm.join(state.clusterId(), add.group(), add.node()));
            return;
        }
        for (int place = 0; place < operation.steps().size(); place++) {
            if (operation.steps().get(place).groups().contains(add.group())) {
                held.putIfAbsent(
                        place,
                        new WaitingOn.GroupClaimed(add.group(), "the deletion of its former replica on " + add.node()));
            }
        }
    }

    private void order(GroupId group, Collection<NodeId> voters, Collection<NodeId> learners) {
        reports.reportedLeader(group)
                .ifPresent(leader -> MemberDuties.change(group, state, reports, voters, learners)
                        .ifPresent(change -> orders.put(group, new Order(leader, change))));
    }

    /** A node that is drained leads nothing, placement neither. */
    private void handOverPlacement() {
        Optional<NodeId> leader = reports.reportedLeader(GroupId.PLACEMENT);
        if (leader.isEmpty()
                || state.intentOf(leader.get()) == Intent.IN_SERVICE
                || orders.containsKey(GroupId.PLACEMENT)) {
            return;
        }
        ClusterModels.of(state, reports).group(GroupId.PLACEMENT).stream()
                .flatMap(group -> group.replicas().stream())
                .filter(replica -> replica.isVoter() && replica.healthy())
                .filter(replica -> replica.entriesBehind() <= policy.entriesBehindMax())
                .filter(replica -> state.intentOf(replica.node()) == Intent.IN_SERVICE)
                .findFirst()
                .ifPresent(next -> orders.put(
                        GroupId.PLACEMENT,
                        new Order(leader.get(), MemberDuties.handOver(GroupId.PLACEMENT, next.node()))));
    }
}

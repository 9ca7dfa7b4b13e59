package io.titankv.placement.run;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.host.BarrierOutcome;
import io.titankv.multiraft.host.Replica;
import io.titankv.placement.plan.LeaderPlanner;
import io.titankv.placement.plan.NodeModel;
import io.titankv.placement.plan.PlanPolicy;
import io.titankv.placement.plan.Step;
import io.titankv.placement.run.PlacementOptions.Timings;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.PlanInfo;
import io.titankv.proto.durable.v1.PlacementCommand;
import io.titankv.proto.internal.v1.ClusterView;
import io.titankv.proto.internal.v1.Instruction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One leadership of the placement group by this node, from its beginning to its end: the reports heard in it, the routes
 * published, the watchers served, the transfers under way. Thread-safe.
 */
final class LeaderSession {
    /** Most watchers of one leader; further ones are told to come again. Nodes watch, clients watch their gateways. */
    static final int WATCHERS_MAX = 1_000;

    final NodeId self;
    final long term;
    final Replica replica;
    final ReportBook book;

    private final Supplier<PlacementState> state;
    private final PlacementEnvironment environment;
    private final Timings timings;
    private final RoutesPublisher routes;

    @GuardedBy("this")
    private final Set<MapWatcher> watchers = new HashSet<>();

    @GuardedBy("this")
    private final Map<GroupId, Transfer> transfers = new HashMap<>();

    @GuardedBy("this")
    private boolean ended;

    /** Ranges are being evened out, and not as even yet as they are to be. */
    private volatile boolean evensRanges;

    /** When shards were even last, or something else was to be done. The leader's loop's alone. */
    private long evenNanos;

    // These are the leader's loop's alone.
    private final TransferTimes transferTimes = new TransferTimes();
    private final CreationTimes creationTimes = new CreationTimes();
    private Map<Long, TransferRound.Lasting> transfersLast = Map.of();

    private final Summons summons = new Summons();

    /** What the last look at the operations led to. */
    private volatile OperationRound.Outcome looked = new OperationRound.Outcome(List.of(), Map.of(), Map.of());

    /** A transfer asked for; until {@code restsUntilNanos} the group is not moved again. */
    private record Transfer(Step.MoveLeader move, long untilNanos, long restsUntilNanos) {}

    LeaderSession(
            NodeId self,
            long term,
            Replica replica,
            Supplier<PlacementState> state,
            ShardMap known,
            PlacementEnvironment environment,
            Timings timings) {
        this.self = self;
        this.term = term;
        this.replica = replica;
        this.state = state;
        this.environment = environment;
        this.timings = timings;
        this.book = new ReportBook(timings, environment.ticker().nanos(), known);
        this.routes = new RoutesPublisher(term);
        this.evenNanos = environment.ticker().nanos();
    }

    PlacementState state() {
        return state.get();
    }

    /** What nodes reported; that this node leads placement is known without a report. */
    Reports reports() {
        return book.reports(state().nodes().keySet(), environment.ticker().nanos())
                .led(GroupId.PLACEMENT, new Reports.Leadership(self, term));
    }

    Instant now() {
        return environment.wallClock().instant();
    }

    PlanPolicy policy() {
        return PlanPolicy.DEFAULT.timed(timings.settle(), timings.healAfter());
    }

    /** Looks at the operations that run; returns what to propose. What is to be ordered goes out with the next heartbeats, for which {@link #push} calls. */
    List<PlacementCommand> operate() {
        PlacementState decided = state();
        Reports reports = reports();
        Elapsed elapsed = new Elapsed(
                transfersLast,
                creationTimes.look(decided, reports, environment.ticker().nanos()));
        OperationRound.Outcome outcome = OperationRound.of(decided, reports, policy(), elapsed, now());
        summons.addNew(looked.orders(), outcome.orders());
        looked = outcome;
        return outcome.commands();
    }

    /** The operation that the cluster begins by itself now, if any. */
    Optional<OperationRecord> schedule() {
        Schedules.Next next = Schedules.next(state(), reports(), policy(), now(), evensRanges);
        boolean isRanges = next.operation()
                .filter(operation -> operation.kind().equals(Schedules.RANGE_BALANCE))
                .isPresent();
        long nowNanos = environment.ticker().nanos();
        if (!isRanges || evensRanges) {
            evenNanos = nowNanos;
            evensRanges = next.begun();
            return next.operation();
        }
        evensRanges = nowNanos - evenNanos >= RangeSchedule.PATIENCE.toNanos();
        return evensRanges ? next.operation() : Optional.empty();
    }

    /** What schedulers would do with a group next, or what holds them back. */
    List<String> outlook(GroupId group) {
        return Schedules.outlook(group, state(), reports(), policy(), now(), evensRanges);
    }

    /** Looks at the range transfers; returns what to propose. Called by the leader's loop alone. */
    List<PlacementCommand> decideTransfers() {
        PlacementState decided = state();
        if (decided.transfers().underWay().isEmpty()) {
            transfersLast = Map.of();
            return List.of();
        }
        Reports reports = reports();
        transfersLast =
                transferTimes.look(decided, reports, environment.ticker().nanos());
        return TransferRound.commands(decided, reports, policy(), transfersLast);
    }

    /** A stored plan for people, with what the shards would own if it was applied now. */
    PlanInfo plan(OperationRecord stored) {
        return OperationViews.plan(stored).toBuilder()
                .addAllShards(RingViews.changes(stored.steps(), state(), reports()))
                .build();
    }

    /** An operation for people: what its steps wait for is as of the last look. */
    OperationInfo info(OperationRecord operation, boolean withSteps) {
        return OperationViews.operation(
                operation,
                looked.waiting().getOrDefault(operation.id(), Collections.emptySortedMap()),
                RangeProgress.of(operation, state(), reports()),
                now(),
                withSteps);
    }

    /** Completes with true when this node led the placement group at some instant after the call. */
    CompletableFuture<Boolean> confirmed() {
        if (!replica.status().leads()) {
            return CompletableFuture.completedFuture(false);
        }
        if (replica.status().leaseValid()) {
            return CompletableFuture.completedFuture(true);
        }
        return replica.readBarrier().thenApply(outcome -> outcome instanceof BarrierOutcome.Passed);
    }

    /** The routes as of now, numbered. */
    ShardMap publish() {
        return routes.publish(state(), reports().leaders());
    }

    ShardMap published() {
        return routes.published();
    }

    ClusterView view() {
        return ClusterViews.of(
                state(), reports(), self, term, environment.wallClock().instant());
    }

    /** All that a node should do now. */
    List<Instruction> duties(NodeId node) {
        Reports reports = reports();
        List<Instruction> duties = new ArrayList<>(Duties.of(node, state(), reports));
        looked.orders().values().stream()
                .filter(order -> order.node().equals(node))
                .forEach(order -> duties.add(order.instruction()));
        long now = environment.ticker().nanos();
        synchronized (this) {
            transfers.forEach((group, transfer) -> {
                boolean due = transfer.untilNanos - now > 0
                        && transfer.move.from().equals(node)
                        && reports.reportedLeader(group).filter(node::equals).isPresent();
                if (due) {
                    duties.add(MemberDuties.handOver(group, transfer.move.to()));
                }
            });
        }
        return List.copyOf(duties);
    }

    /** Looks at the balance of leaders and asks for the transfers that it takes. */
    void balanceLeaders() {
        long now = environment.ticker().nanos();
        Set<GroupId> resting;
        synchronized (this) {
            transfers.values().removeIf(transfer -> transfer.restsUntilNanos - now <= 0);
            resting = new HashSet<>(transfers.keySet());
        }
        PlacementState decided = state();
        Reports reports = reports();
        resting.addAll(LeaderTransfers.resting(decided, reports, now()));
        boolean balances = decided.wishes().schedulers().balanceLeaders();
        List<Step.MoveLeader> moves = new LeaderPlanner(ClusterModels.of(decided, reports), policy())
                .moves(resting).stream()
                        // A node that is to lead nothing gives its leaderships away also when nothing is balanced, and
                        // in the middle of a transfer, which another leader would have to begin again.
                        .filter(move -> decided.intentOf(move.from()) != NodeModel.Intent.IN_SERVICE
                                || (balances
                                        && decided.transfers().of(move.group()).isEmpty()))
                        .toList();
        moves.forEach(move -> summons.add(move.from()));
        synchronized (this) {
            moves.forEach(move -> transfers.put(
                    move.group(),
                    new Transfer(
                            move,
                            now + timings.settle().toNanos(),
                            now + 2 * timings.settle().toNanos())));
        }
    }

    /** Adds a watcher; false when there are too many, or the session has ended. */
    synchronized boolean add(MapWatcher watcher) {
        if (ended || watchers.size() >= WATCHERS_MAX) {
            return false;
        }
        watchers.add(watcher);
        return true;
    }

    synchronized void remove(MapWatcher watcher) {
        watchers.remove(watcher);
    }

    /** Whether nodes are to be told that they have something to do. */
    boolean hasSummons() {
        return !summons.isEmpty();
    }

    /** Gives every watcher the routes where they are newer than its own, and the view; and calls those that have something to do. */
    void push(ShardMap map, ClusterView view) {
        Set<String> called = summons.take();
        for (MapWatcher watcher : watchers()) {
            watcher.offer(map, view, called.contains(watcher.node()));
        }
    }

    /** Ends the session: its watchers look for the next leader. */
    void end() {
        synchronized (this) {
            ended = true;
        }
        watchers().forEach(MapWatcher::leaderGone);
    }

    private synchronized List<MapWatcher> watchers() {
        return List.copyOf(watchers);
    }
}

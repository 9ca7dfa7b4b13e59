package io.titankv.placement.run;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.placement.run.PlacementOptions.Timings;
import io.titankv.placement.state.CommandResult;
import io.titankv.placement.state.OperationForm;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.Refusal;
import io.titankv.placement.state.StoredForm;
import io.titankv.proto.durable.v1.Founding;
import io.titankv.proto.durable.v1.PlacementCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the placement leader does by itself: founds the state, lays the first ring, notes groups that serve, carries operations out
 * and begins those of the schedulers, balances leaders, and tells watchers. Each step begins from the replicated state and the heartbeats, so a new leader goes on where the last one was.
 * Steps are taken by one thread.
 */
final class LeaderLoop {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderLoop.class);

    /** Between steps while this node leads; heartbeats and changes wake it earlier. */
    private static final Duration LEADING = Duration.ofMillis(200);

    /** Between steps while it does not; leadership wakes it. */
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final Supplier<@Nullable LeaderSession> seat;
    private final Supplier<Optional<Founding>> founding;
    private final Timings timings;
    private final Ticker ticker;

    private @Nullable LeaderSession session;
    private ShardMap pushed = ShardMap.EMPTY;
    private Map<GroupId, NodeId> pushedLeaders = Map.of();
    private long pushedNanos;
    private long balancedNanos;
    private long operatedNanos;

    LeaderLoop(
            Supplier<@Nullable LeaderSession> seat,
            Supplier<Optional<Founding>> founding,
            Timings timings,
            Ticker ticker) {
        this.seat = seat;
        this.founding = founding;
        this.timings = timings;
        this.ticker = ticker;
    }

    /** Takes a step; returns how long to wait before the next. */
    Duration step() {
        LeaderSession now = seat.get();
        if (now == null) {
            session = null;
            return IDLE;
        }
        if (now != session) {
            session = now;
            pushed = ShardMap.EMPTY;
            pushedNanos = ticker.nanos() - timings.viewEvery().toNanos();
            balancedNanos = ticker.nanos();
            operatedNanos = ticker.nanos();
        }
        if (now.replica.status().leads()) {
            drive(now);
        }
        return LEADING;
    }

    private void drive(LeaderSession leader) {
        PlacementState state = leader.state();
        if (!state.isFounded()) {
            founding.get().ifPresent(decided -> propose(leader, List.of(StoredForm.found(decided))));
            return;
        }
        List<PlacementCommand> commands = new ArrayList<>();
        Duties.firstRing(state).ifPresent(commands::add);
        for (GroupId group : Duties.groupsComplete(state, leader.reports())) {
            commands.add(StoredForm.markServing(state.clusterId(), group));
        }
        if (ticker.nanos() - operatedNanos >= timings.operateEvery().toNanos()) {
            operatedNanos = ticker.nanos();
            commands.addAll(leader.operate());
        }
        commands.addAll(leader.decideTransfers());
        propose(leader, commands);
        if (ticker.nanos() - balancedNanos >= timings.balanceEvery().toNanos()) {
            balancedNanos = ticker.nanos();
            leader.balanceLeaders();
            leader.schedule()
                    .ifPresent(
                            operation -> propose(leader, List.of(OperationForm.begin(state.clusterId(), operation))));
        }
        push(leader);
    }

    /** Proposes all, then waits for all. What fails comes again with the next step, if it is still wanted. */
    private void propose(LeaderSession leader, List<PlacementCommand> commands) {
        List<CompletableFuture<CommandResult>> results = commands.stream()
                .map(command -> Proposals.propose(leader, command))
                .toList();
        for (int i = 0; i < commands.size(); i++) {
            String kind = commands.get(i).getKindCase().name();
            Optional<CommandResult> result = await(results.get(i), kind);
            if (result.isPresent()) {
                switch (result.get()) {
                    case CommandResult.Done done -> {
                        if (done.changed()) {
                            LOG.atInfo()
                                    .addKeyValue("command", kind)
                                    .addKeyValue("revision", done.revision())
                                    .addKeyValue("epoch", done.epoch())
                                    .log("placement changed");
                        }
                    }
                    case CommandResult.Refused refused ->
                        // Somebody was first with that number: it is looked at again.
                        (isTaken(refused.refusal()) ? LOG.atInfo() : LOG.atError())
                                .addKeyValue("command", kind)
                                .addKeyValue("refusal", refused.refusal())
                                .addKeyValue("message", refused.message())
                                .log("placement refused its leader's own command");
                }
            }
        }
    }

    private static boolean isTaken(Refusal refusal) {
        return refusal == Refusal.OPERATION_EXISTS || refusal == Refusal.TRANSFER_EXISTS;
    }

    private void push(LeaderSession leader) {
        ShardMap map = leader.publish();
        Map<GroupId, NodeId> leaders = leader.reports().reportedLeaders();
        boolean viewDue = ticker.nanos() - pushedNanos >= timings.viewEvery().toNanos();
        if (map.equals(pushed) && leaders.equals(pushedLeaders) && !viewDue && !leader.hasSummons()) {
            return;
        }
        // A leader that was deposed without knowing must not keep its watchers from the new one.
        if (await(leader.confirmed(), "confirm").orElse(false)) {
            leader.push(map, leader.view());
            pushed = map;
            pushedLeaders = leaders;
            pushedNanos = ticker.nanos();
        }
    }

    private <T> Optional<T> await(CompletableFuture<T> future, String what) {
        try {
            return Optional.of(future.get(timings.callTimeout().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.atDebug().addKeyValue("what", what).setCause(e).log("placement step is not done yet");
        }
        return Optional.empty();
    }
}

package io.titankv.gateway;

import io.titankv.gateway.LeaderHints.Leader;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.host.ReplicaStatus;
import io.titankv.multiraft.shard.Shard;
import io.titankv.proto.errors.TitanError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request's way to a replica that answers it. In a round each node is asked once at most; a round without an answer ends in a
 * pause ({@link RoundPauses}). A request that another gateway has sent on is tried here once, after a pause when this node is about
 * to lead, and never sent further.
 *
 * <p>Confined to one thread at a time: the next step begins only when the try before has ended.
 */
final class RouteWalk<T> {
    private static final Logger log = LoggerFactory.getLogger(RouteWalk.class);

    /** With less than this left, another try could not be answered in time. */
    private static final long WORTH_TRYING_NANOS = 1_000_000;

    private final Router router;
    private final Routed<T> operation;
    private final Call call;
    private final CompletableFuture<Answer<T>> result = new CompletableFuture<>();

    private int round = 1;
    /** From before somebody was asked in this round; null in the first one. */
    private RoundPauses.@Nullable Seen seen;

    private List<NodeId> asked = List.of();
    private @Nullable Leader hint;
    private @Nullable TitanError last;
    /** Set once a replica's data was found to be bad: see {@link TargetChoice}. */
    private @Nullable TitanError quarantined;

    RouteWalk(Router router, Routed<T> operation, Call call) {
        this.router = router;
        this.operation = operation;
        this.call = call;
    }

    CompletableFuture<Answer<T>> result() {
        return result;
    }

    void step() {
        try {
            stepOnce();
        } catch (RuntimeException e) {
            finish(fault(e));
        }
    }

    private void stepOnce() {
        if (call.deadline().hasPassed() || call.abandoned().getAsBoolean()) {
            giveUp();
            return;
        }
        ShardMap map = router.routes().current();
        if (map.isEmpty()) {
            finish(Answer.refused(TitanError.of(
                            ErrorReason.NOT_READY,
                            "node " + router.options().self()
                                    + " knows no ring yet; the cluster is not formed, or the node has not joined it")
                    .withRetryDelay(router.options().pauseMax())));
            return;
        }
        Optional<GroupId> owner = operation.owner(map);
        if (owner.isEmpty()) {
            finish(Answer.refused(
                    TitanError.of(ErrorReason.ROUTE_STALE, "tokens are in more than one shard at epoch " + map.epoch())
                            .withEpoch(map.epoch())));
            return;
        }
        GroupId group = owner.get();
        Outcomes outcomes = new Outcomes(router.options().self(), group, map);
        Routed.Try details = new Routed.Try(map, group, call.deadline(), outcomes);
        if (call.arrival() != Arrival.CLIENT) {
            answerHere(details);
            return;
        }
        if (round > 1 && asked.isEmpty()) {
            seen = router.pauses().seen(group);
        }
        Target target = router.choice().choose(group, map, operation.needLeader(), asked, hint, quarantined != null);
        switch (target) {
            case Target.Local(Shard shard) -> {
                note(router.options().self());
                watch(operation.tryHere(shard, details), null, details);
            }
            case Target.Peer peer -> {
                note(peer.node());
                router.meters().onForwarded();
                watch(operation.tryThere(peer, details), peer, details);
            }
            case Target.Nobody() -> endRound(details);
        }
    }

    /** For what another gateway sent on: this replica's answer, or a hint. */
    private void answerHere(Routed.Try details) {
        Optional<Shard> local = router.shards().shard(details.group());
        Outcomes outcomes = details.outcomes();
        if (local.isEmpty()) {
            finish(Answer.refused(outcomes.notLeader(outcomes.leaderInMapOrNull())
                    .withEpoch(details.map().epoch())));
            return;
        }
        if (operation.needLeader()
                && call.arrival() == Arrival.FORWARDED
                && !local.get().leads()) {
            seen = router.pauses().seen(details.group());
            ReplicaStatus status = local.get().status();
            if (status.isAboutToLead() && round == 1) {
                // Who sent it on would hear of it later than this node does.
                endRound(details, router.options().pauseMax());
                return;
            }
            if (!status.leads()) {
                finish(Answer.refused(outcomes.notLeader(status.leader())
                        .withEpoch(details.map().epoch())));
                return;
            }
        }
        CompletableFuture<Answer<T>> _ = operation.tryHere(local.get(), details).whenComplete((answer, failure) -> {
            if (failure != null) {
                finish(fault(failure));
            } else {
                finish(answer);
            }
        });
    }

    private void note(NodeId node) {
        if (asked.isEmpty()) {
            asked = new ArrayList<>(2);
        }
        asked.add(node);
    }

    private void watch(CompletableFuture<Answer<T>> attempt, Target.@Nullable Peer peer, Routed.Try details) {
        CompletableFuture<Answer<T>> _ = attempt.whenComplete((answer, failure) -> {
            if (failure != null) {
                finish(fault(failure));
                return;
            }
            switch (answer) {
                case Answer.Done<T> done -> {
                    if (peer != null && operation.needLeader() && quarantined == null) {
                        router.hints().learn(details.group(), new Leader(peer.node(), peer.address()));
                    }
                    finish(done);
                }
                case Answer.Refused<T>(TitanError error) -> onRefusal(error, peer, details);
            }
        });
    }

    /** A future that should have said what happened did not: nothing is known about a write. */
    private Answer<T> fault(Throwable failure) {
        log.atError().setCause(failure).log("a try of a request ended without an outcome");
        return Answer.refused(
                operation.isRead()
                        ? TitanError.of(ErrorReason.INTERNAL, "read failed: " + failure)
                        : TitanError.of(ErrorReason.OUTCOME_UNDETERMINED, "write may or may not be done: " + failure));
    }

    private void onRefusal(TitanError error, Target.@Nullable Peer peer, Routed.Try details) {
        ErrorReason reason = error.reason();
        error.epoch().ifPresent(router.routes()::onEpochSeen);
        switch (reason) {
            case NOT_LEADER -> {
                last = error;
                hint = LeaderHints.namedOrNull(error, details.map());
                if (peer != null) {
                    router.hints().forget(details.group(), peer.node());
                }
                if (hint != null && operation.needLeader()) {
                    router.hints().learn(details.group(), hint);
                }
                router.meters().onRetried(reason);
                step();
            }
            case NO_LEADER, NOT_READY -> {
                last = error;
                hint = null;
                if (peer != null) {
                    router.hints().forget(details.group(), peer.node());
                }
                router.meters().onRetried(reason);
                step();
            }
            case ROUTE_STALE -> {
                last = error;
                router.meters().onRetried(reason);
                if (router.routes().current().isNewerThan(details.map())) {
                    startRound();
                    step();
                } else {
                    endRound(details);
                }
            }
            case SHARD_TRANSITION -> {
                last = error;
                router.meters().onRetried(reason);
                endRound(details);
            }
            case DATA_QUARANTINED -> onQuarantined(error);
            case BUSY,
                    DISK_FULL,
                    VERSION_MISMATCH,
                    BATCH_ABORTED,
                    KEY_EMPTY,
                    KEY_TOO_LARGE,
                    VALUE_TOO_LARGE,
                    BATCH_TOO_LARGE,
                    BAD_PAGE_TOKEN,
                    BAD_REQUEST,
                    REQUEST_ID_EXPIRED,
                    OUTCOME_UNDETERMINED,
                    TIMED_OUT,
                    NODE_UNKNOWN,
                    SHARD_UNKNOWN,
                    PLAN_UNKNOWN,
                    OPERATION_UNKNOWN,
                    PLAN_REFUSED,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    INTERNAL -> finish(Answer.refused(error));
        }
    }

    /** Another replica may have good data to read. */
    private void onQuarantined(TitanError error) {
        if (operation.isRead()) {
            quarantined = error;
            router.meters().onRetried(error.reason());
            step();
        } else {
            finish(Answer.refused(error));
        }
    }

    /** Everyone was asked, or nobody can answer yet: pauses, then begins anew. */
    private void endRound(Routed.Try details) {
        endRound(details, router.pause(round));
    }

    private void endRound(Routed.Try details, Duration longest) {
        if (quarantined != null) {
            finish(Answer.refused(quarantined));
            return;
        }
        if (last == null) {
            last = details.outcomes().notLeader(null);
        }
        long left = call.deadline().remainingNanos();
        Duration pause = longest;
        if (pause.toNanos() >= left - WORTH_TRYING_NANOS) {
            pause = Duration.ofNanos(left / 2);
        }
        if (left < 2 * WORTH_TRYING_NANOS) {
            giveUp();
            return;
        }
        startRound();
        try {
            router.pauses().pause(details.group(), seen, pause, this::step);
        } catch (RejectedExecutionException e) {
            // The gateway was closed meanwhile. What was refused is still not done.
            giveUp();
        }
    }

    private void startRound() {
        round++;
        asked = List.of();
        hint = null;
    }

    /** Out of time with nothing done: the last refusal says why. */
    private void giveUp() {
        TitanError why = last;
        if (why == null) {
            finish(Answer.refused(
                    TitanError.of(ErrorReason.TIMED_OUT, "deadline passed before a try was made; not done")));
        } else if (why.reason() == ErrorReason.NOT_LEADER) {
            finish(Answer.refused(TitanError.of(
                            ErrorReason.NO_LEADER, "no leader was found before the deadline; last: " + why.message())
                    .withRetryDelay(router.options().pauseMax())));
        } else {
            finish(Answer.refused(
                    why.retryDelay().isPresent()
                            ? why
                            : why.withRetryDelay(router.options().pauseMax())));
        }
    }

    private void finish(Answer<T> answer) {
        result.complete(answer);
    }
}

package io.titankv.multiraft.host;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The read barrier of one leadership: rounds in which a majority confirms that this replica still leads.
 *
 * <p>A round asks every follower for a proof that is made after the round began: that its term is still the leader's, or a reply to a request. A reader that arrives while a round
 * runs joins the next one, never the running one: the replies of that one may be older than the reader. A leadership that has
 * ended passes nobody any more. Thread-safe.
 *
 * @param <V> a voter's id
 */
final class ReadBarrier<V> {
    /** A follower as a round sees it. */
    interface Follower<V> {
        V voter();

        /** The id of the next request made for it; ids rise. */
        long nextCallId();

        /**
         * Asks for a proof of this leadership that is made after this call: a request, or whatever else. What is no reply to a request is told
         * to {@code proven}, on any thread, as often as it likes.
         */
        void ask(Runnable proven);
    }

    private final Predicate<Predicate<V>> majority;
    private final V self;
    private final RaftMeters meters;

    @GuardedBy("this")
    private final Map<V, Follower<V>> followers = new HashMap<>();

    @GuardedBy("this")
    private @Nullable Round<V> running;

    @GuardedBy("this")
    private @Nullable CompletableFuture<BarrierOutcome> next;

    /** Reads that wait for {@link #next}. */
    @GuardedBy("this")
    private int nextReads;

    @GuardedBy("this")
    private boolean ended;

    /**
     * @param self passes its own round always
     * @param majority whether the voters that fulfil a condition are a majority now
     */
    ReadBarrier(V self, Predicate<Predicate<V>> majority, RaftMeters meters) {
        this.self = self;
        this.majority = majority;
        this.meters = meters;
    }

    /** A round: for each follower the first request that counts, and who answered one. */
    private static final class Round<V> {
        final Map<Follower<V>, Long> firstCallIds = new HashMap<>();
        final List<Follower<V>> asked;
        final Set<V> confirmed = new HashSet<>();
        final CompletableFuture<BarrierOutcome> outcome;
        final int reads;
        final long begunNanos = System.nanoTime();

        Round(CompletableFuture<BarrierOutcome> outcome, int reads, List<Follower<V>> asked) {
            this.asked = asked;
            this.outcome = outcome;
            this.reads = reads;
        }
    }

    /** A follower, or the sender that replaces the one it had: all its requests are yet to be made. */
    synchronized void add(Follower<V> follower) {
        followers.put(follower.voter(), follower);
        if (running != null) {
            running.firstCallIds.put(follower, Long.MIN_VALUE);
        }
    }

    /**
     * Completes when a majority has confirmed, after this call, that this replica leads. Never completes by itself in time.
     *
     * @param onNew gets the wait when nobody waited for that round before
     */
    CompletableFuture<BarrierOutcome> pass(Consumer<CompletableFuture<BarrierOutcome>> onNew) {
        CompletableFuture<BarrierOutcome> outcome;
        Round<V> begun = null;
        synchronized (this) {
            if (ended) {
                return CompletableFuture.completedFuture(new BarrierOutcome.NotLeader(null));
            }
            if (majority.test(self::equals)) {
                return CompletableFuture.completedFuture(new BarrierOutcome.Passed());
            }
            if (running != null && next != null) {
                nextReads++;
                return next;
            }
            outcome = new CompletableFuture<>();
            if (running != null) {
                next = outcome;
                nextReads = 1;
            } else {
                begun = begin(outcome, 1);
            }
        }
        onNew.accept(outcome);
        ask(begun);
        return outcome;
    }

    @GuardedBy("this")
    private Round<V> begin(CompletableFuture<BarrierOutcome> outcome, int reads) {
        Round<V> round = new Round<>(outcome, reads, List.copyOf(followers.values()));
        for (Follower<V> follower : followers.values()) {
            round.firstCallIds.put(follower, follower.nextCallId());
        }
        running = round;
        return round;
    }

    private void ask(@Nullable Round<V> begun) {
        if (begun != null) {
            begun.asked.forEach(follower -> follower.ask(() -> onProven(follower, begun)));
        }
    }

    /** A follower has accepted the request with this id, as one of this leadership. */
    void onConfirmed(Follower<V> follower, long callId) {
        Round<V> round;
        synchronized (this) {
            round = running;
            Long firstCallId = round == null ? null : round.firstCallIds.get(follower);
            if (round == null || firstCallId == null || callId < firstCallId) {
                return;
            }
        }
        onProven(follower, round);
    }

    /** A follower has proven this leadership after the round began. */
    @SuppressWarnings("ReferenceEquality") // which of two rounds it is, not what it holds
    private void onProven(Follower<V> follower, Round<V> round) {
        Round<V> begun = null;
        synchronized (this) {
            if (round != running || !round.confirmed.add(follower.voter())) {
                return;
            }
            if (!majority.test(voter -> voter.equals(self) || round.confirmed.contains(voter))) {
                return;
            }
            meters.onBarrierRound(round.reads, System.nanoTime() - round.begunNanos);
            running = null;
            CompletableFuture<BarrierOutcome> waiting = next;
            if (waiting != null) {
                next = null;
                begun = begin(waiting, nextReads);
            }
        }
        ask(begun);
        round.outcome.complete(new BarrierOutcome.Passed());
    }

    /** Gives up whoever waits for this outcome: the round that carries it, or the place in the next. */
    @SuppressWarnings("ReferenceEquality") // which of two waits it is, not what it holds
    void giveUp(CompletableFuture<BarrierOutcome> outcome) {
        Round<V> begun = null;
        synchronized (this) {
            if (next == outcome) {
                next = null;
            } else if (running != null && running.outcome == outcome) {
                running = null;
                CompletableFuture<BarrierOutcome> waiting = next;
                if (waiting != null) {
                    next = null;
                    begun = begin(waiting, nextReads);
                }
            }
        }
        ask(begun);
        outcome.complete(new BarrierOutcome.TimedOut());
    }

    /** This leadership is over: whoever waits is told so, and so is everybody after. */
    void end() {
        List<CompletableFuture<BarrierOutcome>> waiting = new ArrayList<>();
        synchronized (this) {
            ended = true;
            if (running != null) {
                waiting.add(running.outcome);
                running = null;
            }
            if (next != null) {
                waiting.add(next);
                next = null;
            }
        }
        waiting.forEach(outcome -> outcome.complete(new BarrierOutcome.NotLeader(null)));
    }
}

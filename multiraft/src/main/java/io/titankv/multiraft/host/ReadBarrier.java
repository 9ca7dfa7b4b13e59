package io.titankv.multiraft.host;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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

    /** Those who came while a round ran, or whose round begins in a moment. */
    @GuardedBy("this")
    private @Nullable Wait next;

    @GuardedBy("this")
    private boolean ended;

    /** One object, so that a burst begins a round once. */
    private final Runnable beginNext = this::beginNext;

    /**
     * @param self passes its own round always
     * @param majority whether the voters that fulfil a condition are a majority now
     */
    ReadBarrier(V self, Predicate<Predicate<V>> majority, RaftMeters meters) {
        this.self = self;
        this.majority = majority;
        this.meters = meters;
    }

    /** Readers that share a round. */
    private static final class Wait {
        final CompletableFuture<BarrierOutcome> outcome = new CompletableFuture<>();
        final long sinceNanos = System.nanoTime();
        int reads;

        boolean isSinceBefore(long nanos) {
            return sinceNanos - nanos < 0;
        }
    }

    /** A round: for each follower the first request that counts, and who answered one. */
    private static final class Round<V> {
        final Map<Follower<V>, Long> firstCallIds = new HashMap<>();
        final List<Follower<V>> asked;
        final Set<V> confirmed = new HashSet<>();
        final Wait wait;
        final long begunNanos = System.nanoTime();

        Round(Wait wait, List<Follower<V>> asked) {
            this.asked = asked;
            this.wait = wait;
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
     * Completes when a majority has confirmed, after this call, that this replica leads. Never completes by itself in time. Those who come in one
     * {@link Burst} share a round.
     */
    CompletableFuture<BarrierOutcome> pass() {
        Wait wait;
        synchronized (this) {
            if (ended) {
                return CompletableFuture.completedFuture(new BarrierOutcome.NotLeader(null));
            }
            wait = next == null ? new Wait() : next;
            wait.reads++;
            next = wait;
        }
        Burst.atEnd(beginNext);
        return wait.outcome;
    }

    /** Begins the round that readers wait for, unless one runs: its end begins the next. */
    private void beginNext() {
        @Nullable Round<V> begun;
        synchronized (this) {
            begun = running == null ? nextOrNull() : null;
        }
        ask(begun);
    }

    @GuardedBy("this")
    private @Nullable Round<V> nextOrNull() {
        if (next == null) {
            return null;
        }
        Round<V> round = new Round<>(next, List.copyOf(followers.values()));
        for (Follower<V> follower : round.asked) {
            round.firstCallIds.put(follower, follower.nextCallId());
        }
        running = round;
        next = null;
        return round;
    }

    private void ask(@Nullable Round<V> begun) {
        if (begun == null) {
            return;
        }
        if (majority.test(self::equals)) {
            onProven(self, begun);
        } else {
            begun.asked.forEach(follower -> follower.ask(() -> onProven(follower.voter(), begun)));
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
        onProven(follower.voter(), round);
    }

    /** A voter has proven this leadership after the round began. */
    @SuppressWarnings("ReferenceEquality") // which of two rounds it is, not what it holds
    private void onProven(V by, Round<V> round) {
        @Nullable Round<V> begun;
        synchronized (this) {
            if (round != running || !round.confirmed.add(by)) {
                return;
            }
            if (!majority.test(voter -> voter.equals(self) || round.confirmed.contains(voter))) {
                return;
            }
            meters.onBarrierRound(round.wait.reads, System.nanoTime() - round.begunNanos);
            running = null;
            begun = nextOrNull();
        }
        ask(begun);
        round.wait.outcome.complete(new BarrierOutcome.Passed());
    }

    /** Gives up whoever has waited since before this instant of {@link System#nanoTime}: they time out. */
    void giveUpSinceBefore(long nanos) {
        List<Wait> late = new ArrayList<>();
        @Nullable Round<V> begun = null;
        synchronized (this) {
            if (next != null && next.isSinceBefore(nanos)) {
                late.add(next);
                next = null;
            }
            if (running != null && running.wait.isSinceBefore(nanos)) {
                late.add(running.wait);
                running = null;
                begun = nextOrNull();
            }
        }
        ask(begun);
        late.forEach(wait -> wait.outcome.complete(new BarrierOutcome.TimedOut()));
    }

    /** This leadership is over: whoever waits is told so, and so is everybody after. */
    void end() {
        List<Wait> waiting = new ArrayList<>();
        synchronized (this) {
            ended = true;
            if (running != null) {
                waiting.add(running.wait);
                running = null;
            }
            if (next != null) {
                waiting.add(next);
                next = null;
            }
        }
        waiting.forEach(wait -> wait.outcome.complete(new BarrierOutcome.NotLeader(null)));
    }
}

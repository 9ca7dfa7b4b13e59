package io.titankv.multiraft.shard;

import com.google.common.base.Ticker;
import com.google.common.collect.Lists;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.BarrierOutcome;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.host.ReplicaStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Point reads that wait for the read barrier, gathered by the round that they wait for: when it ends, they go to the reading threads
 * some at a time, so that neither a hand-over nor a timer is paid for each. Thread-safe; nothing here blocks.
 */
final class BarrierReads {
    /** Reads that one thread does one after the other: a hand-over costs as much as some of them. A guess. */
    private static final int TOGETHER_MIN = 8;

    /** No more, because one that waits for the disk delays those behind it. A guess. */
    private static final int TOGETHER_MAX = 32;

    /**
     * A read.
     *
     * @param deadlineNanos by the ticker
     * @param readNow what is done after the barrier; may wait for the disk
     */
    private record Waiting(long deadlineNanos, CompletableFuture<ReadOutcome> answer, Supplier<ReadOutcome> readNow) {
        void read() {
            if (!answer.isDone()) {
                answer.complete(readNow.get());
            }
        }
    }

    /** What waits for one round. Guarded by the outer object. */
    private static final class Round {
        final CompletableFuture<BarrierOutcome> barrier;
        final List<Waiting> reads = new ArrayList<>();

        /** Completes when the round ends, or the read with the earliest deadline gives up. */
        CompletableFuture<@Nullable Void> alarm = new CompletableFuture<>();

        long alarmNanos = Long.MAX_VALUE;
        boolean ended;

        Round(CompletableFuture<BarrierOutcome> barrier) {
            this.barrier = barrier;
        }
    }

    private final Replica replica;
    private final ReadPool pool;
    private final Ticker ticker;
    private final ShardCounters counters;

    @GuardedBy("this")
    private @Nullable Round current;

    BarrierReads(Replica replica, ReadPool pool, Ticker ticker, ShardCounters counters) {
        this.replica = replica;
        this.pool = pool;
        this.ticker = ticker;
        this.counters = counters;
    }

    /** Reads behind a barrier that is passed after this call; answers with a refusal when it is not, or not by the deadline. */
    @SuppressWarnings("ReferenceEquality") // which wait it is, not what it holds
    CompletableFuture<ReadOutcome> read(long deadlineNanos, Supplier<ReadOutcome> readNow) {
        Waiting read = new Waiting(deadlineNanos, new CompletableFuture<>(), readNow);
        CompletableFuture<BarrierOutcome> barrier = replica.readBarrier();
        if (barrier.isDone()) {
            end(List.of(read), barrier);
            return read.answer();
        }
        Round round;
        boolean isNew;
        synchronized (this) {
            Round last = current;
            isNew = last == null || last.barrier != barrier || last.ended;
            round = isNew || last == null ? new Round(barrier) : last;
            current = round;
            round.reads.add(read);
            wakeBy(round, deadlineNanos);
        }
        if (isNew) {
            var _ = barrier.whenComplete((outcome, failure) -> end(takeAll(round), barrier));
        }
        return read.answer();
    }

    private synchronized List<Waiting> takeAll(Round round) {
        round.ended = true;
        round.alarm.complete(null);
        return round.reads;
    }

    private void end(List<Waiting> reads, CompletableFuture<BarrierOutcome> barrier) {
        ReadOutcome refusal = barrier.handle((outcome, failure) -> failure != null
                        ? new ReadOutcome.OutOfService(String.valueOf(failure))
                        : refusalOrNull(outcome))
                .join();
        if (refusal != null) {
            reads.forEach(read -> read.answer().complete(refusal));
            return;
        }
        int together = Math.clamp(reads.size() / pool.pointThreads(), TOGETHER_MIN, TOGETHER_MAX);
        for (List<Waiting> some : Lists.partition(reads, together)) {
            if (!pool.tryPoint(() -> some.forEach(Waiting::read))) {
                counters.readsBusy.add(some.size());
                some.forEach(read -> read.answer().complete(ReadPool.busy()));
            }
        }
    }

    /** Why the barrier was not passed, or null when it was. */
    @Nullable
    ReadOutcome refusalOrNull(BarrierOutcome outcome) {
        return switch (outcome) {
            case BarrierOutcome.Passed passed -> null;
            case BarrierOutcome.NotLeader notLeader ->
                new ReadOutcome.NotLeader(notLeader.leader() != null ? notLeader.leader() : otherLeaderOrNull());
            case BarrierOutcome.TimedOut timedOut -> new ReadOutcome.TimedOut();
        };
    }

    private @Nullable NodeId otherLeaderOrNull() {
        ReplicaStatus status = replica.status();
        return status.role() == ReplicaStatus.Role.LEADER ? null : status.leader();
    }

    /** Sees to it that a deadline is kept though the round does not end; one timer does for many. */
    @GuardedBy("this")
    private void wakeBy(Round round, long deadlineNanos) {
        if (round.alarmNanos != Long.MAX_VALUE && deadlineNanos - round.alarmNanos >= 0) {
            return;
        }
        CompletableFuture<@Nullable Void> later = round.alarm;
        CompletableFuture<@Nullable Void> alarm = new CompletableFuture<>();
        round.alarm = alarm;
        round.alarmNanos = deadlineNanos;
        // It is not the round's any more, so nobody gives up.
        later.complete(null);
        alarm.completeOnTimeout(null, Math.max(0, deadlineNanos - ticker.read()), TimeUnit.NANOSECONDS);
        var _ = alarm.thenRun(() -> giveUpLate(round, alarm));
    }

    @SuppressWarnings("ReferenceEquality") // which alarm it is
    private void giveUpLate(Round round, CompletableFuture<@Nullable Void> alarm) {
        List<Waiting> late = new ArrayList<>();
        synchronized (this) {
            if (round.ended || round.alarm != alarm) {
                return;
            }
            long due = round.alarmNanos;
            round.alarmNanos = Long.MAX_VALUE;
            long next = Long.MAX_VALUE;
            for (Waiting read : List.copyOf(round.reads)) {
                if (read.deadlineNanos() - due <= 0) {
                    late.add(read);
                    round.reads.remove(read);
                } else {
                    next = Math.min(next, read.deadlineNanos());
                }
            }
            if (!round.reads.isEmpty()) {
                wakeBy(round, next);
            }
        }
        late.forEach(read -> read.answer().complete(new ReadOutcome.TimedOut()));
    }
}

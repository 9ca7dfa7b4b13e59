package io.titankv.multiraft.shard;

import com.google.common.base.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.BarrierOutcome;
import io.titankv.multiraft.host.Burst;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.host.ReplicaStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Point reads that wait for the read barrier, gathered by the round that they wait for, so that no timer is paid for each: when it ends, they
 * all go to the reading threads. Thread-safe; nothing here blocks.
 */
final class BarrierReads {
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

    /** What waits for one round of the barrier. Guarded by the outer object. */
    private static final class Round {
        final CompletableFuture<BarrierOutcome> barrier;
        final List<Waiting> reads = new ArrayList<>();

        Round(CompletableFuture<BarrierOutcome> barrier) {
            this.barrier = barrier;
        }
    }

    private final Replica replica;
    private final ReadPool pool;
    private final Ticker ticker;
    private final Timers timers;
    private final ShardCounters counters;

    /** Rounds that have not ended: the one that runs and the one after it. */
    @GuardedBy("this")
    private final Set<Round> open = new HashSet<>();

    @GuardedBy("this")
    private @Nullable Round current;

    /** Whether a timer will look at {@link #alarmNanos} for reads whose time is over. It outlives their rounds, so that few are set. */
    @GuardedBy("this")
    private boolean alarmSet;

    @GuardedBy("this")
    private long alarmNanos;

    BarrierReads(Replica replica, ReadPool pool, Ticker ticker, Timers timers, ShardCounters counters) {
        this.replica = replica;
        this.pool = pool;
        this.ticker = ticker;
        this.timers = timers;
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
            isNew = last == null || last.barrier != barrier || !open.contains(last);
            round = isNew || last == null ? new Round(barrier) : last;
            current = round;
            open.add(round);
            round.reads.add(read);
            setAlarm(deadlineNanos);
        }
        if (isNew) {
            var _ = barrier.whenComplete((outcome, failure) -> end(takeAll(round), barrier));
        }
        return read.answer();
    }

    private synchronized List<Waiting> takeAll(Round round) {
        open.remove(round);
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
        Burst.run(() -> reads.forEach(read -> {
            if (!pool.tryPoint(read::read)) {
                counters.readsBusy.increment();
                read.answer().complete(ReadPool.busy());
            }
        }));
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

    /** Sees to it that a deadline is kept though no round ends. */
    @GuardedBy("this")
    private void setAlarm(long deadlineNanos) {
        if (alarmSet && deadlineNanos - alarmNanos >= 0) {
            return;
        }
        alarmSet = true;
        alarmNanos = deadlineNanos;
        timers.after(Duration.ofNanos(Math.max(0, deadlineNanos - ticker.read())), () -> onAlarm(deadlineNanos));
    }

    private void onAlarm(long atNanos) {
        List<Waiting> late = new ArrayList<>();
        synchronized (this) {
            if (!alarmSet || alarmNanos != atNanos) {
                // An earlier one was set meanwhile, and sets those that follow.
                return;
            }
            alarmSet = false;
            for (Round round : open) {
                round.reads.removeIf(read -> read.deadlineNanos() - atNanos <= 0 && late.add(read));
                round.reads.forEach(read -> setAlarm(read.deadlineNanos()));
            }
        }
        late.forEach(read -> read.answer().complete(new ReadOutcome.TimedOut()));
    }
}

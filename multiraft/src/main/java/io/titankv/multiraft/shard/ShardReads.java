package io.titankv.multiraft.shard;

import com.google.common.base.Ticker;
import com.google.protobuf.UnsafeByteOperations;
import io.titankv.engine.CorruptDataException;
import io.titankv.engine.EngineException;
import io.titankv.engine.ScanSpec;
import io.titankv.engine.StoredRecord;
import io.titankv.model.Key;
import io.titankv.model.LogPosition;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.host.ReplicaStatus;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Reads of one replica: first the gate of the read level, then the engine on a thread of the {@link ReadPool}, then the fence. A
 * read is answered only when the shard owned the token all the while it read. Thread-safe; nothing here blocks.
 */
final class ShardReads {
    /** Ownership changes a few times an hour; a read that meets more than one change asks its client to come again. */
    private static final int OWNERSHIP_TRIES = 3;

    /** Whether a read may go on. */
    private sealed interface Gate {
        record Passed() implements Gate {}

        record Refused(ReadOutcome why) implements Gate {}
    }

    private static final CompletableFuture<Gate> PASSED = CompletableFuture.completedFuture(new Gate.Passed());

    /**
     * What must be the shard's for a read to be served.
     *
     * @param served whether it is
     * @param frozen whether it may be served here again, or elsewhere, in a moment
     */
    private record Fence(Predicate<Ownership> served, Predicate<Ownership> frozen) {
        static Fence of(long token) {
            return new Fence(owned -> owned.owns(token), owned -> owned.isFrozen(token));
        }

        static Fence of(TokenRange range) {
            return new Fence(owned -> owned.owns(range), owned -> owned.isFrozen(range));
        }
    }

    /** Hands a task to one of the pool's sides; false when it is full. */
    private interface Side {
        boolean tryExecute(Runnable task);
    }

    private final Replica replica;
    private final ShardStateMachine state;
    private final ReadPool pool;
    private final Ticker ticker;
    private final ShardCounters counters;
    private final BarrierReads barrierReads;

    ShardReads(
            Replica replica,
            ShardStateMachine state,
            ReadPool pool,
            Ticker ticker,
            Timers timers,
            ShardCounters counters) {
        this.replica = replica;
        this.state = state;
        this.pool = pool;
        this.ticker = ticker;
        this.counters = counters;
        this.barrierReads = new BarrierReads(replica, pool, ticker, timers, counters);
    }

    CompletableFuture<ReadOutcome> read(Key key, Freshness freshness, Duration timeout, ValueRoom room) {
        long token = key.token().bits();
        Fence fence = Fence.of(token);
        BiFunction<ShardStore, LogPosition, ReadOutcome> reading = (store, at) -> {
            int recordBytes = store.recordBytesMax(token);
            if (!room.tryTake(recordBytes)) {
                return new ReadOutcome.NoRoom(recordBytes);
            }
            counters.sampled.note(token);
            StoredRecord found = store.getOrNull(token, key.toStored());
            return found == null
                    ? new ReadOutcome.Absent(at)
                    : new ReadOutcome.Found(
                            UnsafeByteOperations.unsafeWrap(found.valueArray()), found.version(), found.place(), at);
        };
        if (freshness instanceof Freshness.Linearizable && state.faultOrNull() == null) {
            long deadlineNanos = ticker.read() + timeout.toNanos();
            return barrierReads.read(deadlineNanos, () -> readNow(deadlineNanos, fence, reading));
        }
        return read(freshness, timeout, pool::tryPoint, fence, reading);
    }

    CompletableFuture<ReadOutcome> scan(ScanSpec spec, Freshness freshness, Duration timeout) {
        TokenRange range = new TokenRange(spec.startInclusive(), spec.endExclusive());
        return read(freshness, timeout, pool::tryScan, Fence.of(range), (store, at) -> {
            counters.sampled.note(range.startInclusive());
            return new ReadOutcome.Page(store.scan(spec), at);
        });
    }

    CompletableFuture<ReadOutcome> count(TokenRange range, Freshness freshness, Duration timeout) {
        return read(freshness, timeout, pool::tryScan, Fence.of(range), (store, at) -> {
            counters.sampled.note(range.startInclusive());
            return new ReadOutcome.Count(store.count(range.startInclusive(), range.endExclusive()), at);
        });
    }

    private CompletableFuture<ReadOutcome> read(
            Freshness freshness,
            Duration timeout,
            Side side,
            Fence fence,
            BiFunction<ShardStore, LogPosition, ReadOutcome> reading) {
        long deadlineNanos = ticker.read() + timeout.toNanos();
        CompletableFuture<ReadOutcome> answer = new CompletableFuture<>();
        CompletableFuture<Gate> gate = gate(freshness, timeout);
        if (!gate.isDone()) {
            answer.completeOnTimeout(new ReadOutcome.TimedOut(), timeout.toNanos(), TimeUnit.NANOSECONDS);
        }
        var _ = gate.handle((passed, failure) -> {
            if (failure != null) {
                answer.complete(new ReadOutcome.OutOfService(String.valueOf(failure)));
            } else if (passed instanceof Gate.Refused refused) {
                answer.complete(refused.why());
            } else if (!side.tryExecute(() -> answer.complete(readNow(deadlineNanos, fence, reading)))) {
                counters.readsBusy.increment();
                answer.complete(ReadPool.busy());
            }
            return null;
        });
        return answer;
    }

    private CompletableFuture<Gate> gate(Freshness freshness, Duration timeout) {
        String bad = state.faultOrNull();
        if (bad != null) {
            return refused(new ReadOutcome.OutOfService(bad));
        }
        return switch (freshness) {
            case Freshness.Linearizable linearizable -> barrier();
            case Freshness.Lease lease -> lease(replica.status());
            case Freshness.Bounded bounded -> bounded(bounded.max(), timeout);
            case Freshness.Any any -> PASSED;
            case Freshness.After after -> applied(after.index(), timeout);
        };
    }

    private CompletableFuture<Gate> barrier() {
        return replica.readBarrier().thenApply(outcome -> {
            ReadOutcome refusal = barrierReads.refusalOrNull(outcome);
            return refusal == null ? new Gate.Passed() : new Gate.Refused(refusal);
        });
    }

    private CompletableFuture<Gate> lease(ReplicaStatus status) {
        return status.leads() && status.leaseValid() ? PASSED : barrier();
    }

    private CompletableFuture<Gate> bounded(Duration max, Duration timeout) {
        ReplicaStatus status = replica.status();
        if (status.role() == ReplicaStatus.Role.LEADER) {
            return lease(status);
        }
        long silent = status.sinceLeaderContactNanos();
        if (silent > max.toNanos()) {
            return refused(new ReadOutcome.TooStale(Duration.ofNanos(silent)));
        }
        return applied(status.commitIndex(), timeout);
    }

    private CompletableFuture<Gate> applied(long index, Duration timeout) {
        if (replica.status().appliedIndex() >= index) {
            return PASSED;
        }
        return replica.awaitApplied(index, timeout).handle((done, failure) -> {
            if (failure == null) {
                return new Gate.Passed();
            }
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            return new Gate.Refused(
                    cause instanceof TimeoutException
                            ? new ReadOutcome.TimedOut()
                            : new ReadOutcome.OutOfService(String.valueOf(cause)));
        });
    }

    private static CompletableFuture<Gate> refused(ReadOutcome why) {
        return CompletableFuture.completedFuture(new Gate.Refused(why));
    }

    /** On a thread of the pool. */
    private ReadOutcome readNow(
            long deadlineNanos, Fence fence, BiFunction<ShardStore, LogPosition, ReadOutcome> reading) {
        if (deadlineNanos - ticker.read() <= 0) {
            return new ReadOutcome.TimedOut();
        }
        StoreLease lease = state.leaseOrNull();
        ShardStore store = lease == null ? null : lease.acquireOrNull();
        if (lease == null || store == null) {
            return new ReadOutcome.OutOfService("the shard is not open");
        }
        try {
            return readFenced(store, fence, reading);
        } catch (CorruptDataException e) {
            state.onCorruptData(e);
            return new ReadOutcome.Quarantined(String.valueOf(e.getMessage()));
        } catch (EngineException e) {
            return new ReadOutcome.OutOfService(String.valueOf(e.getMessage()));
        } finally {
            lease.release();
        }
    }

    private ReadOutcome readFenced(
            ShardStore store, Fence fence, BiFunction<ShardStore, LogPosition, ReadOutcome> reading) {
        for (int i = 0; i < OWNERSHIP_TRIES; i++) {
            Ownership before = state.ownership();
            if (!fence.served().test(before)) {
                return fence.frozen().test(before)
                        ? new ReadOutcome.InTransition()
                        : new ReadOutcome.StaleRoute(before.epoch());
            }
            ReadOutcome outcome = reading.apply(store, store.applied());
            if (state.ownership().equals(before)) {
                if (!(outcome instanceof ReadOutcome.NoRoom)) {
                    counters.readsServed.increment();
                }
                return outcome;
            }
        }
        return new ReadOutcome.InTransition();
    }
}

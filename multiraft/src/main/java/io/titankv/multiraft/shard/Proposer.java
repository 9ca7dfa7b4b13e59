package io.titankv.multiraft.shard;

import com.google.common.base.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import io.titankv.multiraft.host.Burst;
import io.titankv.multiraft.host.ProposeOutcome;
import io.titankv.multiraft.host.Replica;
import io.titankv.proto.durable.v1.WriteOperation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the writes that wait for one group into Raft entries, in the order in which they came, several entries in flight. A
 * lone write goes at once.
 *
 * <p>Promises: an outcome that says "not done" is true; a write that was handed to Raft and not answered in time is {@link
 * WriteOutcome.Undetermined}. Bounded by {@link ProposerOptions}. Thread-safe; nothing blocks longer than Raft's own append.
 */
final class Proposer {
    /** Deadlines are looked after no more often than this. */
    private static final long SWEEP_NANOS_MIN = 10_000_000;

    private final Replica replica;
    private final HybridClock clock;
    private final Ticker ticker;
    private final Timers timers;
    private final ProposerOptions options;
    private final ShardCounters counters;
    private final int entryBytesMax;

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final ArrayDeque<WaitingWrites> queue = new ArrayDeque<>();

    @GuardedBy("lock")
    private int queuedOperations;

    @GuardedBy("lock")
    private long queuedBytes;

    @GuardedBy("lock")
    private final Set<WriteEntryInFlight> inFlight = new LinkedHashSet<>();

    @GuardedBy("lock")
    private long bytesInFlight;

    /** True while some thread proposes; it alone calls Raft, so that entries keep their order. */
    @GuardedBy("lock")
    private boolean sending;

    /** A timer will call {@link #send}. */
    @GuardedBy("lock")
    private boolean sendLater;

    /** When the earliest timer fires, by the ticker; Long.MAX_VALUE when none is set. */
    @GuardedBy("lock")
    private long timerAtNanos = Long.MAX_VALUE;

    @GuardedBy("lock")
    private final EntryPace pace;

    @GuardedBy("lock")
    private boolean closed;

    @GuardedBy("lock")
    private int lastAtomicGroup;

    /** One object, so that a burst sends once. */
    private final Runnable send = this::send;

    Proposer(
            Replica replica,
            HybridClock clock,
            Ticker ticker,
            Timers timers,
            ProposerOptions options,
            ShardCounters counters) {
        this.replica = replica;
        this.clock = clock;
        this.ticker = ticker;
        this.timers = timers;
        this.options = options;
        this.counters = counters;
        this.entryBytesMax = replica.entryBytesMax();
        this.pace = new EntryPace(options);
    }

    /** One write that stands alone. */
    CompletableFuture<WriteOutcome> submit(ShardWrite write, Duration timeout) {
        return submit(List.of(ShardCommands.operation(write, 0)), timeout).thenApply(List::getFirst);
    }

    /** Writes that are done all or none. */
    CompletableFuture<List<WriteOutcome>> submitAtomically(List<ShardWrite> writes, Duration timeout) {
        int group = nextAtomicGroup();
        return submit(
                writes.stream()
                        .map(write -> ShardCommands.operation(write, group))
                        .toList(),
                timeout);
    }

    /** Refuses what waits and whatever comes; what is in flight is answered by Raft. */
    void close() {
        List<WaitingWrites> refused;
        lock.lock();
        try {
            closed = true;
            refused = List.copyOf(queue);
            queue.clear();
            queuedOperations = 0;
            queuedBytes = 0;
        } finally {
            lock.unlock();
        }
        refused.forEach(waiting -> waiting.completeAll(new WriteOutcome.OutOfService("the shard is closed")));
    }

    private CompletableFuture<List<WriteOutcome>> submit(List<WriteOperation> operations, Duration timeout) {
        WaitingWrites waiting = new WaitingWrites(operations, ticker.read(), timeout);
        long entryBytes = waiting.bytes + WriteEntryInFlight.HEADER_BYTES;
        if (entryBytes > entryBytesMax) {
            waiting.completeAll(new WriteOutcome.TooLarge(entryBytes, entryBytesMax));
            return waiting.done;
        }
        WriteOutcome refusal = enqueueOrRefuse(waiting);
        if (refusal != null) {
            waiting.completeAll(refusal);
            return waiting.done;
        }
        Burst.atEnd(send);
        return waiting.done;
    }

    private @Nullable WriteOutcome enqueueOrRefuse(WaitingWrites waiting) {
        lock.lock();
        try {
            if (closed) {
                return new WriteOutcome.OutOfService("the shard is closed");
            }
            if (queuedOperations + waiting.count > options.queuedOperationsMax()
                    || queuedBytes + waiting.bytes > options.queuedBytesMax()) {
                counters.writesBusy.add(waiting.count);
                return new WriteOutcome.Busy(pace.retryAfter(queuedOperations));
            }
            queue.add(waiting);
            queuedOperations += waiting.count;
            queuedBytes += waiting.bytes;
            maybeSetTimer(waiting.deadlineNanos);
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Proposes what may be proposed now, unless another thread is at it: that one looks again before it leaves. */
    private void send() {
        while (true) {
            List<WaitingWrites> late = new ArrayList<>();
            WriteEntryInFlight entry;
            lock.lock();
            try {
                if (sending || !worthAnEntry()) {
                    return;
                }
                entry = takeEntry(late);
                sending = true;
            } finally {
                lock.unlock();
            }
            late.forEach(this::timedOut);
            if (!entry.waiting.isEmpty()) {
                propose(entry);
            }
            lock.lock();
            try {
                sending = false;
            } finally {
                lock.unlock();
            }
        }
    }

    @GuardedBy("lock")
    private boolean worthAnEntry() {
        if (queue.isEmpty()
                || inFlight.size() >= options.entriesInFlightMax()
                || (!inFlight.isEmpty() && bytesInFlight + queue.element().bytes > options.bytesInFlightMax())) {
            return false;
        }
        long waitNanos = pace.waitNanos(ticker.read(), inFlight.size(), queuedOperations, queuedBytes);
        if (waitNanos > 0 && waitNanos != EntryPace.UNTIL_ANSWERED && !sendLater) {
            sendLater = true;
            timers.after(Duration.ofNanos(waitNanos), this::onSendTimer);
        }
        return waitNanos == 0;
    }

    private void onSendTimer() {
        lock.lock();
        try {
            sendLater = false;
        } finally {
            lock.unlock();
        }
        send();
    }

    /** Takes as many writes as fit into an entry; those whose time is over go to {@code late}. */
    @GuardedBy("lock")
    private WriteEntryInFlight takeEntry(List<WaitingWrites> late) {
        long now = ticker.read();
        WriteEntryInFlight entry = new WriteEntryInFlight(now, entryBytesMax, options.entryOperationsMax());
        while (!queue.isEmpty()) {
            WaitingWrites next = queue.element();
            boolean timedOut = next.deadlineNanos - now <= 0;
            if (!timedOut && !entry.hasRoomFor(next)) {
                break;
            }
            queue.remove();
            queuedOperations -= next.count;
            queuedBytes -= next.bytes;
            if (timedOut) {
                late.add(next);
            } else {
                entry.add(next);
            }
        }
        if (!entry.waiting.isEmpty()) {
            inFlight.add(entry);
            bytesInFlight += entry.bytes;
        }
        return entry;
    }

    private void propose(WriteEntryInFlight entry) {
        long queuedNanos = entry.proposedAtNanos - entry.waiting.getFirst().arrivedAtNanos;
        List<WriteOperation> operations = entry.takeOperations();
        counters.onProposed(operations, entry.bytes, queuedNanos);
        CompletableFuture<ProposeOutcome> proposed;
        try {
            ByteString bytes = ShardCommands.write(clock.next(entry.count), operations);
            proposed = replica.propose(bytes);
        } catch (RuntimeException e) {
            // Nothing says whether it was appended before it was thrown.
            proposed = CompletableFuture.completedFuture(new ProposeOutcome.Undetermined(String.valueOf(e)));
        }
        var _ = proposed.handle((outcome, failure) -> {
            onAnswer(entry, failure == null ? outcome : new ProposeOutcome.Undetermined(String.valueOf(failure)));
            return null;
        });
    }

    private void onAnswer(WriteEntryInFlight entry, ProposeOutcome outcome) {
        Duration retryAfter;
        lock.lock();
        try {
            if (inFlight.remove(entry)) {
                bytesInFlight -= entry.bytes;
                long now = ticker.read();
                pace.onAnswered(now, entry.count, now - entry.proposedAtNanos, queuedOperations);
            }
            retryAfter = pace.retryAfter(queuedOperations);
        } finally {
            lock.unlock();
        }
        List<WriteOutcome> outcomes = WriteOutcomes.of(outcome, entry.count, retryAfter);
        Burst.run(() -> {
            // Put off first, so that those who wait go on whatever those who are answered make of it.
            Burst.atEnd(send);
            entry.complete(outcomes, counters);
        });
    }

    @GuardedBy("lock")
    private void maybeSetTimer(long deadlineNanos) {
        if (timerAtNanos != Long.MAX_VALUE && deadlineNanos - timerAtNanos >= -SWEEP_NANOS_MIN) {
            return;
        }
        long now = ticker.read();
        long delay = Math.max(deadlineNanos - now, SWEEP_NANOS_MIN);
        timerAtNanos = now + delay;
        timers.after(Duration.ofNanos(delay), this::sweep);
    }

    /** Answers the writes whose time is over. Sets the next timer only when there is something left to time. */
    private void sweep() {
        List<WaitingWrites> late = new ArrayList<>();
        List<WaitingWrites> lateInFlight = new ArrayList<>();
        lock.lock();
        try {
            long now = ticker.read();
            if (timerAtNanos - now > 0) {
                return;
            }
            timerAtNanos = Long.MAX_VALUE;
            long earliest = Long.MAX_VALUE;
            for (Iterator<WaitingWrites> waiting = queue.iterator(); waiting.hasNext(); ) {
                WaitingWrites next = waiting.next();
                long left = next.deadlineNanos - now;
                if (left <= 0) {
                    waiting.remove();
                    queuedOperations -= next.count;
                    queuedBytes -= next.bytes;
                    late.add(next);
                } else {
                    earliest = Math.min(earliest, left);
                }
            }
            for (WriteEntryInFlight entry : inFlight) {
                for (WaitingWrites next : entry.waiting) {
                    long left = next.deadlineNanos - now;
                    if (next.done.isDone()) {
                        continue;
                    }
                    if (left <= 0) {
                        lateInFlight.add(next);
                    } else {
                        earliest = Math.min(earliest, left);
                    }
                }
            }
            if (earliest != Long.MAX_VALUE) {
                maybeSetTimer(now + earliest);
            }
        } finally {
            lock.unlock();
        }
        late.forEach(this::timedOut);
        for (WaitingWrites waiting : lateInFlight) {
            if (waiting.completeAll(new WriteOutcome.Undetermined("not answered in time"))) {
                counters.writesUndetermined.add(waiting.count);
            }
        }
    }

    private void timedOut(WaitingWrites waiting) {
        counters.writesTimedOut.add(waiting.count);
        var _ = waiting.completeAll(new WriteOutcome.TimedOut());
    }

    private int nextAtomicGroup() {
        lock.lock();
        try {
            lastAtomicGroup = lastAtomicGroup == Integer.MAX_VALUE ? 1 : lastAtomicGroup + 1;
            return lastAtomicGroup;
        } finally {
            lock.unlock();
        }
    }
}

package io.titankv.client.session;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines for very many operations of which nearly all are cancelled: setting and cancelling cost O(1) and touch one of many
 * locks. A task runs at its time or up to two ticks later, never before. Varghese and Lauck, "Hashed and Hierarchical Timing
 * Wheels" (1987), scheme 6. Thread-safe.
 *
 * <p>Tasks run on the wheel's thread and must be short: they hand on whatever runs a caller's code.
 */
public final class TimerWheel implements AutoCloseable {
    /** Fine enough for deadlines of a network, coarse enough that an idle machine hardly notices. */
    static final long TICK_NANOS = Duration.ofMillis(5).toNanos();

    /** 1024 slots of 5 ms: an operation of the default 10 s is looked at twice. */
    private static final int SLOTS = 1024;

    private static final class Shared {
        private static final TimerWheel INSTANCE = start("titan-client-timer");
    }

    private final Ticker ticker;
    private final long originNanos;
    private final Slot[] slots = new Slot[SLOTS];
    private final AtomicInteger waiting = new AtomicInteger();
    /** Every timeout of this tick or an earlier one has been taken, or is being taken. */
    private volatile long currentTick;

    private volatile boolean closed;
    private volatile @Nullable Thread thread;

    private TimerWheel(Ticker ticker) {
        this.ticker = ticker;
        this.originNanos = ticker.read();
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new Slot();
        }
    }

    /** The wheel of this JVM, on a daemon thread. It is never closed. */
    public static TimerWheel shared() {
        return Shared.INSTANCE;
    }

    /** A wheel with a thread of its own. */
    public static TimerWheel start(String threadName) {
        TimerWheel wheel = new TimerWheel(Ticker.systemTicker());
        Thread thread = Thread.ofPlatform().daemon().name(threadName).unstarted(wheel::run);
        wheel.thread = thread;
        thread.start();
        return wheel;
    }

    /** A wheel that moves only when told to by {@link #advance}. */
    static TimerWheel manual(Ticker ticker) {
        return new TimerWheel(ticker);
    }

    /** A task that waits for its time. */
    public interface Timeout {
        /** Takes the task back. Of no effect when it runs or ran. */
        void cancel();
    }

    /** Nanoseconds of the wheel's clock, for differences only. */
    public long nanoTime() {
        return ticker.read();
    }

    /** Runs a task once after this long. A delay of zero or less means at the next tick. */
    public Timeout schedule(Duration delay, Runnable task) {
        if (closed) {
            throw new IllegalStateException("timer wheel is closed");
        }
        // Up to the next whole tick, plus the part of a tick that has gone already: never early.
        long dueNanos = ticker.read() - originNanos + Math.max(0, saturatedNanos(delay));
        Entry entry = new Entry(task, Math.ceilDiv(dueNanos, TICK_NANOS));
        while (!slotOf(entry.dueTick).tryAdd(entry)) {
            entry.dueTick = currentTick + 1;
        }
        if (waiting.getAndIncrement() == 0) {
            LockSupport.unpark(thread);
        }
        return entry;
    }

    /** Far beyond any deadline, and far from overflow when a time is added. */
    private static long saturatedNanos(Duration delay) {
        return delay.compareTo(Duration.ofDays(3650)) > 0
                ? Duration.ofDays(3650).toNanos()
                : delay.toNanos();
    }

    /** Timeouts set and neither run nor cancelled. */
    int waiting() {
        return waiting.get();
    }

    /** Runs what is due. Called by one thread only. */
    void advance() {
        long target = (ticker.read() - originNanos) / TICK_NANOS;
        long passed = target - currentTick;
        if (passed <= 0) {
            return;
        }
        // Moved first, so that nothing more is added at or below the target; then what had been added is taken.
        currentTick = target;
        List<Entry> due = new ArrayList<>();
        long first = target - Math.min(passed, SLOTS) + 1;
        for (long tick = first; tick <= target; tick++) {
            slotOf(tick).takeDue(target, due);
        }
        for (Entry entry : due) {
            waiting.decrementAndGet();
            entry.task.run();
        }
    }

    private void run() {
        while (!closed) {
            if (waiting.get() == 0) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, TICK_NANOS);
            }
            advance();
        }
    }

    /** Stops the thread. What still waits is never run. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private Slot slotOf(long tick) {
        return slots[(int) (tick & (SLOTS - 1))];
    }

    /** A ring of entries around a sentinel. Guarded by itself. */
    private final class Slot {
        private final Entry head = new Entry(() -> {}, Long.MAX_VALUE);

        Slot() {
            head.next = head;
            head.previous = head;
        }

        /** False when the entry's tick has passed meanwhile: it would be met only a whole turn later. */
        synchronized boolean tryAdd(Entry entry) {
            if (entry.dueTick <= currentTick) {
                return false;
            }
            entry.slot = this;
            entry.next = head;
            entry.previous = head.previous;
            head.previous.next = entry;
            head.previous = entry;
            return true;
        }

        synchronized boolean remove(Entry entry) {
            if (entry.slot == null) {
                return false;
            }
            entry.slot = null;
            entry.previous.next = entry.next;
            entry.next.previous = entry.previous;
            return true;
        }

        synchronized void takeDue(long tick, List<Entry> due) {
            for (Entry entry = head.next; entry != head; entry = entry.next) {
                if (entry.dueTick <= tick && remove(entry)) {
                    due.add(entry);
                }
            }
        }
    }

    private final class Entry implements Timeout {
        private final Runnable task;
        private long dueTick;
        private Entry next = this;
        private Entry previous = this;
        /** The slot that holds the entry; null once taken out. Written under that slot's lock. */
        private volatile @Nullable Slot slot;

        Entry(Runnable task, long dueTick) {
            this.task = task;
            this.dueTick = dueTick;
        }

        @Override
        public void cancel() {
            Slot holder = slot;
            if (holder != null && holder.remove(this)) {
                waiting.decrementAndGet();
            }
        }
    }
}

package io.titankv.multiraft.shard;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An open store and who is using it: a store is closed only when no reader is inside, because its keydir lies outside the heap.
 * Thread-safe.
 */
final class StoreLease {
    /** Set in {@link #users} once the store closes; nobody enters any more. */
    private static final int CLOSING = Integer.MIN_VALUE;

    /** Poll period while the last readers leave; closing is rare and a read lasts micro- to milliseconds. */
    private static final long LEAVE_POLL_NANOS = 100_000;

    private final ShardStore store;
    private final AtomicInteger users = new AtomicInteger();

    StoreLease(ShardStore store) {
        this.store = store;
    }

    /** The store, to be given back by {@link #release}; null when it closes. */
    @Nullable
    ShardStore acquireOrNull() {
        while (true) {
            int now = users.get();
            if (now < 0) {
                return null;
            }
            if (users.compareAndSet(now, now + 1)) {
                return store;
            }
        }
    }

    void release() {
        users.decrementAndGet();
    }

    /** The store, for the one who alone closes it. */
    ShardStore owned() {
        return store;
    }

    /** Waits for the readers inside, then closes the store. Called by its owner, once. */
    void close() {
        int inside = users.getAndAdd(CLOSING);
        Invariants.check(inside >= 0, "a store is closed once");
        while (users.get() != CLOSING) {
            LockSupport.parkNanos(LEAVE_POLL_NANOS);
        }
        store.close();
    }
}

package io.titankv.gateway;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.titankv.multiraft.shard.ValueRoom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One request's part of a {@link AnswerRoom}: taken before its result is read, given back when the result has left the node. Small results
 * need none, as the number of requests bounds them. Thread-safe.
 */
final class CallRoom implements ValueRoom {
    /** Results up to this are small, bytes. */
    static final int SMALL_BYTES = 1 << 10;

    private final AnswerRoom room;
    private final int askerBytes;
    private final boolean waits;

    @GuardedBy("this")
    private long held;

    /** Set once the result has left, or nobody waits for it: a read that is still under way is not to take anything. */
    @GuardedBy("this")
    private boolean ended;

    @GuardedBy("this")
    private final List<CallRoom> parts = new ArrayList<>(0);

    /** @param askerBytes most that the caller has room for */
    CallRoom(AnswerRoom room, int askerBytes) {
        this(room, askerBytes, true);
    }

    private CallRoom(AnswerRoom room, int askerBytes, boolean waits) {
        this.room = room;
        this.askerBytes = askerBytes;
        this.waits = waits;
    }

    /**
     * Room for one of several results that leave together, given back with this. It does not wait in line: the others would hold theirs
     * all that time, and so could all who wait.
     */
    synchronized CallRoom part() {
        CallRoom part = new CallRoom(room, askerBytes, false);
        parts.add(part);
        return part;
    }

    /** Most bytes that the caller has room for. */
    int askerBytes() {
        return askerBytes;
    }

    /** Most bytes that a result may have for which room is taken already. */
    synchronized int roomyBytes() {
        return (int) Math.max(SMALL_BYTES, held);
    }

    @Override
    public synchronized boolean tryTake(int bytes) {
        if (bytes > askerBytes || ended) {
            return false;
        }
        if (isEnough(bytes)) {
            return true;
        }
        if (!room.tryTake(bytes - held)) {
            return false;
        }
        held = bytes;
        return true;
    }

    /**
     * Waits in line; false when there is none by the deadline, or this is of those that do not wait. What was held is given back for that
     * time: if each of many held a part and waited for the rest, none would get it.
     */
    CompletableFuture<Boolean> take(int bytes, Deadline deadline) {
        long before;
        synchronized (this) {
            if (tryTake(bytes)) {
                return CompletableFuture.completedFuture(true);
            }
            if (!waits || ended || bytes > askerBytes) {
                return CompletableFuture.completedFuture(false);
            }
            before = held;
            held = 0;
        }
        if (before > 0) {
            room.giveBack(before);
        }
        return room.take(bytes, deadline).thenApply(taken -> taken && keep(bytes));
    }

    private boolean keep(int bytes) {
        synchronized (this) {
            if (!ended) {
                held += bytes;
                return true;
            }
        }
        room.giveBack(bytes);
        return false;
    }

    /** The result is there, and has so many bytes. */
    void settle(int bytes) {
        long less;
        synchronized (this) {
            if (ended || (held == 0 && bytes <= SMALL_BYTES)) {
                return;
            }
            less = held - bytes;
            held = bytes;
            if (less < 0) {
                room.takeAnyway(-less);
            }
        }
        if (less > 0) {
            room.giveBack(less);
        }
    }

    /** The result has left, or is not wanted. Idempotent. */
    void giveBack() {
        long all;
        List<CallRoom> others;
        synchronized (this) {
            all = held;
            held = 0;
            ended = true;
            others = List.copyOf(parts);
            parts.clear();
        }
        if (all > 0) {
            room.giveBack(all);
        }
        others.forEach(CallRoom::giveBack);
    }

    @GuardedBy("this")
    private boolean isEnough(int bytes) {
        return bytes <= SMALL_BYTES || bytes <= held;
    }
}

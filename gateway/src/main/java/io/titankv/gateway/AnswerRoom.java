package io.titankv.gateway;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the bytes of results from before they are read until a caller has taken them. What finds no room waits in line; room is given in
 * order of arrival. Thread-safe; nothing here blocks.
 */
final class AnswerRoom {
    private static final CompletableFuture<Boolean> TAKEN = CompletableFuture.completedFuture(true);

    /** What waits; completes with false when its time is over. */
    private static final class Waiting {
        final long bytes;
        final CompletableFuture<Boolean> taken = new CompletableFuture<>();

        Waiting(long bytes) {
            this.bytes = bytes;
        }
    }

    private final long bytesMax;
    private final @Nullable AnswerRoom outer;
    /** Shared by all inner rooms. */
    private final AtomicInteger waiting;

    /** Invariant: what has been taken and not given back. */
    @GuardedBy("this")
    private long held;

    /** Invariant: empty, or there is no room. */
    @GuardedBy("this")
    private final Set<Waiting> line = new LinkedHashSet<>();

    /** @param bytesMax once so many are held, nothing more is let in: the last result may pass it, so that none is too large */
    AnswerRoom(long bytesMax) {
        this(bytesMax, null, new AtomicInteger());
    }

    private AnswerRoom(long bytesMax, @Nullable AnswerRoom outer, AtomicInteger waiting) {
        this.bytesMax = bytesMax;
        this.outer = outer;
        this.waiting = waiting;
    }

    /** A smaller room: what is taken from it is taken from this one, too. */
    AnswerRoom inner(long innerBytesMax) {
        return new AnswerRoom(innerBytesMax, this, waiting);
    }

    synchronized long held() {
        return held;
    }

    /** How many wait in line, here and in rooms that share the outermost one. */
    int waiting() {
        return waiting.get();
    }

    /** False when there is none, or others wait for it. */
    boolean tryTake(long bytes) {
        if (!tryTakeHere(bytes)) {
            return false;
        }
        if (outer != null && !outer.tryTake(bytes)) {
            giveBackHere(bytes);
            return false;
        }
        return true;
    }

    /** Waits in line; false when it is not there by the deadline. */
    CompletableFuture<Boolean> take(long bytes, Deadline deadline) {
        CompletableFuture<Boolean> here = takeHere(bytes, deadline);
        return outer == null ? here : here.thenCompose(taken -> taken ? takeOutside(outer, bytes, deadline) : here);
    }

    private CompletableFuture<Boolean> takeOutside(AnswerRoom wider, long bytes, Deadline deadline) {
        return wider.take(bytes, deadline).thenApply(taken -> {
            if (!taken) {
                giveBackHere(bytes);
            }
            return taken;
        });
    }

    /** For what is there already, whether it fits or not. */
    void takeAnyway(long bytes) {
        synchronized (this) {
            held += bytes;
        }
        if (outer != null) {
            outer.takeAnyway(bytes);
        }
    }

    void giveBack(long bytes) {
        if (outer != null) {
            outer.giveBack(bytes);
        }
        giveBackHere(bytes);
    }

    private synchronized boolean tryTakeHere(long bytes) {
        if (held >= bytesMax) {
            return false;
        }
        held += bytes;
        return true;
    }

    private CompletableFuture<Boolean> takeHere(long bytes, Deadline deadline) {
        Waiting entry;
        synchronized (this) {
            if (held < bytesMax) {
                held += bytes;
                return TAKEN;
            }
            entry = new Waiting(bytes);
            line.add(entry);
            waiting.incrementAndGet();
        }
        return entry.taken
                .completeOnTimeout(false, Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS)
                .whenComplete((taken, _) -> {
                    if (!taken) {
                        leave(entry);
                    }
                });
    }

    private void giveBackHere(long bytes) {
        Waiting next = returned(bytes);
        while (next != null) {
            // Outside of the lock, as it goes on with the read. What is too late has taken nothing.
            next = next.taken.complete(true) ? returned(0) : returned(next.bytes);
        }
    }

    private synchronized void leave(Waiting late) {
        if (line.remove(late)) {
            waiting.decrementAndGet();
        }
    }

    /** Takes bytes back, and room for the next in line if there is some now. */
    private synchronized @Nullable Waiting returned(long bytes) {
        held -= bytes;
        if (held < 0) {
            throw new IllegalStateException("more was given back than was taken: " + -held + " bytes");
        }
        if (held >= bytesMax || line.isEmpty()) {
            return null;
        }
        Waiting next = line.iterator().next();
        line.remove(next);
        waiting.decrementAndGet();
        held += next.bytes;
        return next;
    }
}

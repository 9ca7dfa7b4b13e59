package io.titankv.multiraft.host;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Work on one thread in which many parts want the same thing done after them: the operations of a message, of which each would begin a round or
 * an entry; the answers to an entry, of which each would be sent off. Within a burst such a thing is put off to the burst's end and done
 * once there, so that what came together travels together. No time is waited, and without a burst nothing is put off.
 *
 * <p>A burst must not wait for what it has put off. Every thread has its own; one within another is part of it.
 */
public final class Burst {
    private static final ThreadLocal<Burst> OF_THREAD = ThreadLocal.withInitial(Burst::new);

    /** In the order in which they were asked for; few, mostly one. */
    private final Queue<Runnable> putOff = new ArrayDeque<>();

    private boolean running;

    private Burst() {}

    /** Does the work, then all that was put off, also when something throws. */
    public static void run(Runnable work) {
        Burst burst = OF_THREAD.get();
        if (burst.running) {
            work.run();
            return;
        }
        burst.running = true;
        try {
            work.run();
        } finally {
            burst.end();
        }
    }

    /**
     * Does the task when the burst on this thread ends, or at once when there is none.
     *
     * @param task the same object for the same thing to do: asked for twice before it begins, it is done once
     */
    public static void atEnd(Runnable task) {
        Burst burst = OF_THREAD.get();
        if (!burst.running) {
            task.run();
        } else if (!burst.putOff.contains(task)) {
            burst.putOff.add(task);
        }
    }

    /** Each is done though one before it throws; what they put off is done, too. */
    private void end() {
        @Nullable Runnable next = putOff.poll();
        if (next == null) {
            running = false;
            return;
        }
        try {
            next.run();
        } finally {
            end();
        }
    }
}

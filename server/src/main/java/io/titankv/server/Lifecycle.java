package io.titankv.server;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was started, to be stopped last first. Each part is stopped once, whatever others do. Thread-safe. */
final class Lifecycle implements AutoCloseable {
    /** A part that has been started. */
    @FunctionalInterface
    interface Stop {
        void run() throws Exception;
    }

    private final Deque<Stop> stops = new ArrayDeque<>();

    synchronized void onStop(Stop stop) {
        stops.push(stop);
    }

    /** Stops what is left. A part that fails does not keep the others running; the first failure is thrown in the end. */
    @Override
    public synchronized void close() {
        RuntimeException first = null;
        while (!stops.isEmpty()) {
            try {
                stops.pop().run();
            } catch (Exception e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                RuntimeException failure = e instanceof RuntimeException known ? known : new IllegalStateException(e);
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}

package io.titankv.cli.common;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Says on standard error how far a long command is: on a terminal one line that is written over, elsewhere a line every few
 * seconds. Silent for the first second. Any thread may call it.
 */
public final class Progress {
    private static final long TERMINAL_PERIOD_NANOS = Duration.ofMillis(100).toNanos();
    private static final long PIPE_PERIOD_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long SILENT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final ReentrantLock lock = new ReentrantLock();
    private final Console console;
    private final long startedNanos;
    /** {@link System#nanoTime} from which the next line may be written. */
    private volatile long dueNanos;

    private boolean isLineOpen;

    public Progress(Console console) {
        this.console = console;
        this.startedNanos = System.nanoTime();
        this.dueNanos = startedNanos + (console.terminal().err() ? SILENT_NANOS : PIPE_PERIOD_NANOS);
    }

    /** Shows the line if it is time to. Cheap when it is not. */
    public void update(Supplier<String> line) {
        if (System.nanoTime() - dueNanos < 0 || !lock.tryLock()) {
            return;
        }
        try {
            boolean onTerminal = console.terminal().err();
            if (onTerminal) {
                console.errorRaw(
                        CLEAR_LINE + Sheet.cut(line.get(), console.terminal().columns() - 1));
                isLineOpen = true;
            } else {
                console.errorLine(line.get());
            }
            dueNanos = System.nanoTime() + (onTerminal ? TERMINAL_PERIOD_NANOS : PIPE_PERIOD_NANOS);
        } finally {
            lock.unlock();
        }
    }

    /** Time since this was made. */
    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /** So many a second since this was made. */
    public double rate(long done) {
        return done / Math.max(1e-3, elapsed().toNanos() / 1e9);
    }

    /** A bar of {@code width} characters. */
    public static String bar(double part, int width) {
        int full = (int) Math.round(Math.clamp(part, 0, 1) * width);
        return "█".repeat(full) + "░".repeat(width - full);
    }

    /** Takes the line away, so that what is written next stands alone. To be called whatever happens. */
    public void clear() {
        lock.lock();
        try {
            if (isLineOpen) {
                console.errorRaw(CLEAR_LINE);
                isLineOpen = false;
            }
        } finally {
            lock.unlock();
        }
    }
}

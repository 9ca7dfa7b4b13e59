package io.titankv.placement.run;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One named thread that takes a step, waits as long as the step said or until woken, and takes the next. Thread-safe. */
final class Loop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

    /** After a step that threw. */
    private static final Duration AFTER_FAULT = Duration.ofSeconds(1);

    /** How long closing waits for a step that is under way. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Supplier<Duration> step;
    private final Thread thread;
    private volatile boolean closed;

    Loop(String name, Supplier<Duration> step) {
        this.step = step;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** The next step comes now. */
    void wake() {
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!closed) {
            Duration pause;
            try {
                pause = step.get();
            } catch (RuntimeException e) {
                if (closed) {
                    return;
                }
                // Every step begins from durable state, so the next one may succeed; data is not touched here.
                LOG.atWarn()
                        .addKeyValue("thread", thread.getName())
                        .setCause(e)
                        .log("step failed, will be taken again");
                pause = AFTER_FAULT;
            }
            if (!closed) {
                LockSupport.parkNanos(this, Math.max(1, pause.toNanos()));
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        if (thread.getState() == Thread.State.NEW || thread.equals(Thread.currentThread())) {
            return;
        }
        thread.interrupt();
        try {
            thread.join(CLOSE_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

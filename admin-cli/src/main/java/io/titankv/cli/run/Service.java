package io.titankv.cli.run;

import io.titankv.cli.common.Console;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** Something that runs until the process is told to end, and is then closed in order. Thread-safe. */
final class Service {
    private final AutoCloseable running;
    private final Runnable afterwards;
    private final Console console;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicBoolean isStopping = new AtomicBoolean();

    private Service(AutoCloseable running, Runnable afterwards, Console console) {
        this.running = running;
        this.afterwards = afterwards;
        this.console = console;
    }

    /**
     * From now on SIGINT and SIGTERM close it.
     *
     * @param afterwards done when it is closed, before the JVM ends
     */
    static Service of(AutoCloseable running, Runnable afterwards, Console console) {
        Service service = new Service(running, afterwards, console);
        Runtime.getRuntime().addShutdownHook(new Thread(service::stop, "titan-stop"));
        return service;
    }

    /** Returns when it has been stopped. */
    void runUntilStopped() {
        try {
            stopped.await();
        } catch (InterruptedException e) {
            stop();
            Thread.currentThread().interrupt();
        }
    }

    /** Closes it once; the JVM waits for this when it ends. */
    void stop() {
        if (!isStopping.compareAndSet(false, true)) {
            return;
        }
        console.errorLine("stopping");
        try {
            running.close();
            console.errorLine("stopped");
        } catch (Exception e) {
            console.errorLine("titan: stopped, not in order: " + e);
        } finally {
            afterwards.run();
            stopped.countDown();
        }
    }
}

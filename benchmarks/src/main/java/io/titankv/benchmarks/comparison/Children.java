package io.titankv.benchmarks.comparison;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Processes that end with this program, however it ends short of {@code kill -9}. What each says is in a file of its name. For one
 * thread.
 */
public final class Children implements AutoCloseable {
    private static final int LOG_LINES_SHOWN = 30;
    private static final long END_SECONDS_MAX = 10;

    private record Child(String name, Process process, Path log) {}

    private final Path directory;
    private final Runnable afterInterrupt;
    private final Thread ending = new Thread(this::end, "end-children");
    /** Guarded by this. */
    private final List<Child> children = new ArrayList<>();
    /** Guarded by this: the first that ended though it should run on. */
    private @Nullable Child ended;
    /** Guarded by this. */
    private boolean isClosed;

    private Children(Path directory, Runnable afterInterrupt) {
        this.directory = directory;
        this.afterInterrupt = afterInterrupt;
    }

    /**
     * None yet.
     *
     * @param logs where their logs go
     * @param afterInterrupt done when this program is told to end while they run, after they are gone
     */
    public static Children in(Path logs, Runnable afterInterrupt) {
        Children children = new Children(logs, afterInterrupt);
        Runtime.getRuntime().addShutdownHook(children.ending);
        return children;
    }

    /** Starts one that is to run until this is closed. When it does not, all others are killed. */
    public void start(String name, List<String> command) throws RunFailedException {
        Child child = started(name, command, false);
        var _ = child.process.onExit().thenRun(() -> lost(child));
    }

    /** Starts one that is to run until it is told to end ({@link #stop}), or ends by itself. */
    public void begin(String name, List<String> command) throws RunFailedException {
        var _ = started(name, command, false);
    }

    /** Tells one that was begun to end, as SIGTERM does, and waits until it has. */
    public void stop(String name) throws RunFailedException {
        Child child = named(name);
        child.process.destroy();
        try {
            if (!child.process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new RunFailedException(name + " did not end when it was told to", endOf(child.log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailedException("interrupted", "");
        }
        requireAllRun();
    }

    private synchronized Child named(String name) {
        return children.stream()
                .filter(child -> child.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    private synchronized Child started(String name, List<String> command, boolean isRead) throws RunFailedException {
        Path log = directory.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(log.toFile());
        if (!isRead) {
            builder.redirectErrorStream(true).redirectOutput(log.toFile());
        }
        try {
            if (isClosed) {
                throw new RunFailedException("interrupted", "");
            }
            // Nobody would kill one that is started after another was lost.
            requireAllRun();
            Child child = new Child(name, builder.start(), log);
            children.add(child);
            return child;
        } catch (IOException e) {
            throw new RunFailedException("cannot start " + name + ": " + e.getMessage(), "");
        }
    }

    private synchronized void lost(Child child) {
        if (!isClosed && ended == null) {
            ended = child;
            children.forEach(Children::destroy);
        }
    }

    /**
     * Runs one to its end, and hears what it says.
     *
     * @throws RunFailedException when it, or one that should have run on, failed; with the end of that one's log
     */
    public void run(String name, List<String> command, Consumer<String> lines) throws RunFailedException {
        Child child = started(name, command, true);
        try (BufferedReader said = child.process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                lines.accept(line);
            }
            int exit = child.process.waitFor();
            requireAllRun();
            if (exit != 0) {
                throw new RunFailedException(name + " failed, exit code " + exit, endOf(child.log));
            }
        } catch (IOException e) {
            throw new RunFailedException("cannot read what " + name + " says: " + e.getMessage(), "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailedException("interrupted", "");
        }
    }

    private synchronized void requireAllRun() throws RunFailedException {
        if (ended != null) {
            throw new RunFailedException(
                    ended.name + " ended by itself, exit code " + ended.process.exitValue(), endOf(ended.log));
        }
    }

    private static String endOf(Path log) {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
            List<String> all = lines.toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - LOG_LINES_SHOWN), all.size()));
        } catch (IOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    private void end() {
        kill();
        awaitAll();
        afterInterrupt.run();
    }

    private synchronized void kill() {
        isClosed = true;
        children.forEach(Children::destroy);
    }

    /** With those that it started. */
    private static void destroy(Child child) {
        child.process.descendants().forEach(ProcessHandle::destroyForcibly);
        child.process.destroyForcibly();
    }

    private void awaitAll() {
        List<Child> killed;
        synchronized (this) {
            killed = List.copyOf(children);
        }
        for (Child child : killed) {
            try {
                child.process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Kills all that still run, and waits until they are gone. */
    @Override
    public void close() {
        kill();
        try {
            Runtime.getRuntime().removeShutdownHook(ending);
        } catch (IllegalStateException e) {
            // This program is ending, and the hook does the rest: nothing may begin, or be said, any more.
            while (true) {
                LockSupport.park(this);
            }
        }
        awaitAll();
    }
}

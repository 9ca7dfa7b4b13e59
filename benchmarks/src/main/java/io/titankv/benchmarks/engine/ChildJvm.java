package io.titankv.benchmarks.engine;

import io.titankv.benchmarks.comparison.RunFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Does a run in a fresh JVM, with this one's flags and class path. */
final class ChildJvm {
    /** A system property: flags of the child's own, like its heap. */
    static final String FLAGS_PROPERTY = "titan.benchmarks.child.flags";

    /** Begins a line for people. */
    static final String NOTE = "note: ";

    private static final int LOG_LINES_SHOWN = 30;

    private ChildJvm() {}

    /** @throws RunFailedException when the run ended otherwise than by itself, with the end of what it said */
    static void run(RunSpec spec, Path log, RunListener listener) throws RunFailedException {
        List<String> command = command(OneRun.class, ownFlags(), List.of(), spec);
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(log.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
        } catch (IOException e) {
            throw new RunFailedException("cannot start a JVM: " + e.getMessage(), "");
        }
        Thread killing = new Thread(() -> destroy(process), "kill-child");
        Runtime.getRuntime().addShutdownHook(killing);
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("{")) {
                    listener.measured(Measurement.parse(line));
                } else if (line.startsWith(NOTE)) {
                    listener.noted(line.substring(NOTE.length()));
                }
            }
            int exit = process.waitFor();
            if (exit != 0) {
                throw new RunFailedException(spec.contender().label() + " failed, exit code " + exit, endOf(log));
            }
        } catch (IOException e) {
            throw new RunFailedException("cannot read what the run says: " + e.getMessage(), "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailedException("interrupted", "");
        } finally {
            destroy(process);
            Runtime.getRuntime().removeShutdownHook(killing);
        }
    }

    /** What starts a JVM like this one, with flags that this one's win over, and flags that win over this one's. */
    static List<String> command(Class<?> program, List<String> weak, List<String> strong, RunSpec spec) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(weak);
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(strong);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(program.getName());
        command.addAll(spec.toArguments());
        return command;
    }

    /** With those that it started. */
    private static void destroy(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static List<String> ownFlags() {
        return Stream.of(System.getProperty(FLAGS_PROPERTY, "").split(" ", -1))
                .filter(flag -> !flag.isEmpty())
                .toList();
    }

    private static String endOf(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
            List<String> all = lines.toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - LOG_LINES_SHOWN), all.size()));
        }
    }
}

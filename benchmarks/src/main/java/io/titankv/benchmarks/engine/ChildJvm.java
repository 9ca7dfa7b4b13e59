package io.titankv.benchmarks.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Does a run in a fresh JVM with this one's flags and class path. */
final class ChildJvm {
    /** A system property: flags of the child's own, like its heap. */
    static final String FLAGS_PROPERTY = "titan.benchmarks.child.flags";

    private static final int LOG_LINES_SHOWN = 30;

    private ChildJvm() {}

    /** @throws RunFailedException when the run ended otherwise than by itself, with the end of what it said */
    static void run(RunSpec spec, Path log, Consumer<Measurement> results) throws RunFailedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ownFlags());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(OneRun.class.getName());
        command.addAll(spec.toArguments());
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
        Thread killing = new Thread(process::destroyForcibly, "kill-child");
        Runtime.getRuntime().addShutdownHook(killing);
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("{")) {
                    results.accept(Measurement.parse(line));
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
            process.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(killing);
        }
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

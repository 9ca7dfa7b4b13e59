package io.titankv.benchmarks.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that fills a store and ends without closing it, as after {@code kill -9}: what it wrote is in the page cache, where
 * every system here puts a write before it returns.
 */
public final class KilledFill {
    /** So that no other end is taken for this one. */
    private static final int KILLED = 77;
    /** A fill needs little memory outside what the systems take for themselves; the flags of the measuring JVM ask for much. */
    private static final List<String> FLAGS = List.of("-Xms32m", "-Xmx1g", "-XX:-AlwaysPreTouch");

    private KilledFill() {}

    /** The program of that process: arguments as {@link RunSpec} has them. */
    public static void main(String[] arguments) {
        RunSpec spec = RunSpec.parse(List.of(arguments));
        Shape shape = spec.shape();
        Store store = spec.contender().open(spec.directory(), shape);
        new Pass(store.session(), shape, 0).run(Operations.writeEach(shape.keys()));
        Runtime.getRuntime().halt(KILLED);
    }

    /** Lets such a process fill the spec's directory, which must exist and be empty. */
    static void run(RunSpec spec) {
        Path log = spec.directory().resolveSibling("killed.log");
        try {
            Process process = new ProcessBuilder(ChildJvm.command(KilledFill.class, List.of(), FLAGS, spec))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            int exit = process.waitFor();
            if (exit != KILLED) {
                throw new StoreException(
                        "the process to be killed ended by itself, exit code " + exit + ": " + Files.readString(log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted", e);
        }
    }
}

package io.titankv.benchmarks.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Draws the pictures of measurements that were kept in a file. */
@Command(
        name = "plot",
        description = "Draws measurements of a file of JSON lines as SVG pictures, one a group of workloads.")
final class PlotCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE", description = "JSON lines, as the measuring command prints them.")
    private Path source = Path.of("");

    @Parameters(index = "1", paramLabel = "DIR", description = "Where the pictures go.")
    private Path target = Path.of("");

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    private boolean help;

    @Spec
    private @Nullable CommandSpec commandSpec;

    @Override
    public Integer call() throws IOException {
        try {
            List<Measurement> measurements = Files.readAllLines(source).stream()
                    .filter(line -> !line.isBlank())
                    .map(Measurement::parse)
                    .toList();
            Pictures.write(measurements, target);
            return 0;
        } catch (NoSuchFileException e) {
            throw wrong("no such file: " + e.getFile(), e);
        } catch (IllegalArgumentException e) {
            throw wrong(source + ": " + e.getMessage(), e);
        }
    }

    private ParameterException wrong(String message, Exception cause) {
        if (commandSpec == null) {
            throw new IllegalStateException("not run by its command line", cause);
        }
        return new ParameterException(commandSpec.commandLine(), message, cause);
    }
}

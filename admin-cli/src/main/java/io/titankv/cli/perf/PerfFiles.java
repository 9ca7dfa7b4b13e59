package io.titankv.cli.perf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.titankv.cli.common.CliException;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Failures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Measurements and pictures in files; a failure is one line with the file's name. Stateless. */
final class PerfFiles {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private PerfFiles() {}

    /** @throws CliException when the file cannot be read or is no result */
    static RunMeasurement read(Path file) {
        try {
            return RunJson.read(MAPPER.readTree(Files.readAllBytes(file)));
        } catch (JsonProcessingException e) {
            throw new CliException(ExitCode.USAGE, file + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read " + file + ": " + Failures.explainFile(e), e);
        } catch (RuntimeException e) {
            throw new CliException(ExitCode.USAGE, file + " cannot be compared: " + e.getMessage(), e);
        }
    }

    /** @throws CliException when it cannot be written */
    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /**
     * Finds out before a long run what would make it useless at its end. Leaves an empty file where there was none.
     *
     * @throws CliException when it could not be written
     */
    static void requireWritable(@Nullable Path file) {
        if (file == null) {
            return;
        }
        try {
            Files.newOutputStream(
                            file, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND)
                    .close();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private static CliException cannotWrite(Path file, IOException e) {
        return new CliException(ExitCode.REFUSED, "cannot write " + file + ": " + Failures.explainFile(e), e);
    }
}

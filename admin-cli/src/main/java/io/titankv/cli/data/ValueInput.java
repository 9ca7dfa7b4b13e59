package io.titankv.cli.data;

import com.google.protobuf.ByteString;
import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Failures;
import io.titankv.cli.common.KeyOptions;
import io.titankv.model.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command takes a value from: an argument, a file, or standard input. Filled in by the parser. */
final class ValueInput {
    @Option(
            names = "--file",
            paramLabel = "FILE|-",
            description = "Take the value from this file, or from standard input; its bytes as they are")
    private @Nullable String file;

    boolean isFileGiven() {
        return file != null;
    }

    /** @param typed the argument for the value, if there is one */
    ByteString read(@Nullable String typed, KeyOptions keys, Console console) {
        if (typed != null && file != null) {
            throw CliException.usage("give VALUE or --file, not both");
        }
        if (typed != null) {
            return keys.bytes(typed);
        }
        if (file == null) {
            throw CliException.usage("there is no value: give VALUE, or --file FILE, or --file - for standard input");
        }
        try (InputStream stream = file.equals("-") ? console.in() : Files.newInputStream(Path.of(file))) {
            // One byte more than any cluster takes tells an input that is too long from one that just fits.
            byte[] bytes = stream.readNBytes(Limits.VALUE_BYTES_SETTING_MAX + 1);
            if (bytes.length > Limits.VALUE_BYTES_SETTING_MAX) {
                throw new CliException(
                        ExitCode.REFUSED,
                        "the value in " + file + " is over " + Limits.VALUE_BYTES_SETTING_MAX
                                + " bytes, the most that any cluster takes");
            }
            return ByteString.copyFrom(bytes);
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read " + file + ": " + Failures.explainFile(e), e);
        }
    }
}

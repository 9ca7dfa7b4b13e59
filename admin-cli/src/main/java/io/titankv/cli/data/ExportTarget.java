package io.titankv.cli.data;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Failures;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Where an export goes: standard output, or a file that gets its name only when it is whole. Confined to one thread.
 *
 * <p>Closing without {@link #finish} takes a file that was begun away.
 */
final class ExportTarget implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final String name;
    private final Console console;
    private final @Nullable Path part;
    private final @Nullable OutputStream out;
    private boolean isFinished;

    private ExportTarget(String name, Console console, @Nullable Path part, @Nullable OutputStream out) {
        this.name = name;
        this.console = console;
        this.part = part;
        this.out = out;
    }

    /** @param name a file's, packed when it ends with .gz; or {@code -} for standard output */
    static ExportTarget open(String name, Console console) {
        if (name.equals("-")) {
            return new ExportTarget(name, console, null, null);
        }
        Path part = Path.of(name + ".part");
        try {
            if (Files.isDirectory(Path.of(name))) {
                throw CliException.usage(name + " is a directory; give a file, or - for standard output");
            }
            OutputStream file = Files.newOutputStream(part);
            OutputStream packed = name.endsWith(".gz") ? new GZIPOutputStream(file, BUFFER_BYTES) : file;
            return new ExportTarget(name, console, part, new BufferedOutputStream(packed, BUFFER_BYTES));
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, "cannot write " + part + ": " + Failures.explainFile(e), e);
        }
    }

    void line(byte[] line) {
        if (out == null) {
            console.print(line);
            console.print("\n");
            return;
        }
        try {
            out.write(line);
            out.write('\n');
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** All lines are written: gives the file its name. */
    void finish() {
        if (out == null || part == null) {
            console.flush();
            return;
        }
        try {
            out.close();
            Files.move(part, Path.of(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            isFinished = true;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private CliException failed(IOException e) {
        return new CliException(ExitCode.REFUSED, "cannot write " + name + ": " + Failures.explainFile(e), e);
    }

    @Override
    public void close() {
        if (out == null || part == null || isFinished) {
            return;
        }
        try {
            out.close();
            Files.deleteIfExists(part);
        } catch (IOException e) {
            // What made the export fail is being said already.
            return;
        }
    }
}

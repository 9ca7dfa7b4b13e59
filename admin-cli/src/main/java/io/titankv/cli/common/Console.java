package io.titankv.cli.common;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * The three streams of a command, what is known of the terminal behind them, and the environment. Output is UTF-8, buffered, and
 * a broken pipe is told from other failures.
 *
 * <p>Confined to the command's thread, but for {@link #errorLine} and {@link #errorRaw}, which any thread may call.
 */
public final class Console {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int COLUMNS_DEFAULT = 80;

    /**
     * What is known of the terminal.
     *
     * @param columns its width, 20 or more
     */
    public record Terminal(boolean in, boolean out, boolean err, int columns) {
        /** No stream is a terminal. */
        public static final Terminal NONE = new Terminal(false, false, false, COLUMNS_DEFAULT);

        /** As the launcher found it. */
        static Terminal fromSystemProperties() {
            return new Terminal(
                    Boolean.getBoolean("titan.terminal.in"),
                    Boolean.getBoolean("titan.terminal.out"),
                    Boolean.getBoolean("titan.terminal.err"),
                    Math.max(20, Integer.getInteger("titan.terminal.columns", COLUMNS_DEFAULT)));
        }
    }

    private final InputStream in;
    private final OutputStream out;
    private final OutputStream err;
    private final Terminal terminal;
    private final Map<String, String> environment;

    public Console(
            InputStream in, OutputStream out, OutputStream err, Terminal terminal, Map<String, String> environment) {
        this.in = in;
        this.out = new BufferedOutputStream(out, BUFFER_BYTES);
        this.err = err;
        this.terminal = terminal;
        this.environment = Map.copyOf(environment);
    }

    /** The process's own. */
    public static Console ofProcess() {
        return new Console(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                Terminal.fromSystemProperties(),
                System.getenv());
    }

    /** The same streams, with some variables set anew. */
    public Console withEnvironment(Map<String, String> changed) {
        Map<String, String> all = new java.util.HashMap<>(environment);
        all.putAll(changed);
        flush();
        return new Console(in, out, err, terminal, all);
    }

    public InputStream in() {
        return in;
    }

    public Terminal terminal() {
        return terminal;
    }

    /** A variable of the environment; an empty one counts as absent. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    /** Colours for standard output. */
    public Style style() {
        return Style.of(terminal.out() && coloursWanted());
    }

    /** Colours for standard error. */
    public Style errorStyle() {
        return Style.of(terminal.err() && coloursWanted());
    }

    private boolean coloursWanted() {
        return variable("NO_COLOR").isEmpty() && !variable("TERM").orElse("").equals("dumb");
    }

    public void print(String text) {
        print(text.getBytes(StandardCharsets.UTF_8));
    }

    public void println(String line) {
        print(line);
        print("\n");
    }

    public void print(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw outputFailed(e);
        }
    }

    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw outputFailed(e);
        }
    }

    private static RuntimeException outputFailed(IOException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("Broken pipe") || message.contains("Stream closed")) {
            return new BrokenPipeException(e);
        }
        return new CliException(ExitCode.REFUSED, "cannot write to standard output: " + message, e);
    }

    /** A line for people on standard error. A standard error that is gone is no reason to fail. */
    public void errorLine(String line) {
        errorRaw(line + "\n");
    }

    /** Text for people on standard error, without a line's end. */
    public void errorRaw(String text) {
        synchronized (err) {
            try {
                err.write(text.getBytes(StandardCharsets.UTF_8));
                err.flush();
            } catch (IOException e) {
                // There is nobody left to tell.
                return;
            }
        }
    }
}

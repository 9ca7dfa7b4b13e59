package io.titankv.cli.common;

import org.jspecify.annotations.Nullable;

/** A failure already put into words: one line that says what is wrong and how to mend it, and the exit code of its class. */
public final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    public CliException(int exitCode, String message) {
        this(exitCode, message, null);
    }

    public CliException(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** The input makes no sense. */
    public static CliException usage(String message) {
        return new CliException(ExitCode.USAGE, message);
    }

    public int exitCode() {
        return exitCode;
    }

    /** The message, which is never absent here. */
    public String line() {
        return String.valueOf(getMessage());
    }
}

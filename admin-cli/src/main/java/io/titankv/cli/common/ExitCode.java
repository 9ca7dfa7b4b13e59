package io.titankv.cli.common;

/** What the process tells the shell that called it. The numbers are a part of the command's interface and never change. */
public final class ExitCode {
    public static final int OK = 0;
    /** The key, node or shard is not there, or a condition was false. */
    public static final int NOT_FOUND = 1;
    /** The command line or the input makes no sense. */
    public static final int USAGE = 2;
    /** Nobody answered, or not in time. Nothing was done. */
    public static final int UNAVAILABLE = 3;
    /** The cluster or the machine answered no, and would again. */
    public static final int REFUSED = 4;
    /** A write may or may not have been done. */
    public static final int OUTCOME_UNKNOWN = 5;
    /** Whoever read our output went away: 128 + SIGPIPE, as other programs do. */
    public static final int BROKEN_PIPE = 141;

    private ExitCode() {}
}

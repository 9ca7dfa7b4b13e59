package io.titankv.benchmarks.comparison;

/** A run of a system did not end well. */
public final class RunFailedException extends Exception {
    private final String log;

    public RunFailedException(String message, String log) {
        super(message);
        this.log = log;
    }

    /** The end of what the run said. */
    public String log() {
        return log;
    }
}

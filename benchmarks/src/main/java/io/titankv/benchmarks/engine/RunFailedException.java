package io.titankv.benchmarks.engine;

/** A run of a system did not end well. */
final class RunFailedException extends Exception {
    private final String log;

    RunFailedException(String message, String log) {
        super(message);
        this.log = log;
    }

    /** The end of what the run said. */
    String log() {
        return log;
    }
}

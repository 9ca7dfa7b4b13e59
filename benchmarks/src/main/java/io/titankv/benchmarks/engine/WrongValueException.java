package io.titankv.benchmarks.engine;

/** A system returned something other than what was put. Ends the run: its figures are worth nothing. */
final class WrongValueException extends RuntimeException {
    private final long index;

    WrongValueException(String message, long index) {
        super(message + ": key " + index);
        this.index = index;
    }

    /** The key's index. */
    long index() {
        return index;
    }
}

package io.titankv.benchmarks.comparison;

/** A system returned something other than what was put. Ends the run: its figures are worth nothing. */
public final class WrongValueException extends RuntimeException {
    private final long index;

    public WrongValueException(String message, long index) {
        super(message + ": key " + index);
        this.index = index;
    }

    /** The key's index. */
    public long index() {
        return index;
    }
}

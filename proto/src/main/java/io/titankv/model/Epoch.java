package io.titankv.model;

/**
 * The version of the ring: rises with every change of ownership. Immutable.
 *
 * @param value 1 or more; 0 is {@link #NONE}
 */
public record Epoch(long value) implements Comparable<Epoch> {
    /** Older than any ring. */
    public static final Epoch NONE = new Epoch(0);

    public Epoch {
        if (value < 0) {
            throw new IllegalArgumentException("epoch must not be negative: " + value);
        }
    }

    public Epoch next() {
        return new Epoch(value + 1);
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}

package io.titankv.model;

/**
 * The hybrid logical timestamp of a record's write: 48 bits of milliseconds since 1970, 16 bits of counter. Rises with every
 * write of a key. Kulkarni et al., "Logical Physical Clocks" (2014). Immutable.
 *
 * @param value above 0; 0 is {@link #ABSENT}
 */
public record Version(long value) implements Comparable<Version> {
    /** The version of a key that has no value. */
    public static final Version ABSENT = new Version(0);

    /** Width of the counter. */
    public static final int COUNTER_BITS = 16;

    public Version {
        if (value < 0) {
            throw new IllegalArgumentException("version must not be negative: " + value);
        }
    }

    /** The lowest version of that millisecond. */
    public static Version atMillis(long epochMillis) {
        return new Version(epochMillis << COUNTER_BITS);
    }

    public long epochMillis() {
        return value >>> COUNTER_BITS;
    }

    @Override
    public int compareTo(Version other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}

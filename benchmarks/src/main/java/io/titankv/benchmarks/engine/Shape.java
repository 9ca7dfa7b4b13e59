package io.titankv.benchmarks.engine;

/**
 * How much a store holds.
 *
 * @param keys keys, 1 to {@link #KEYS_MAX}
 * @param valueBytes bytes of each value, {@link #VALUE_BYTES_MIN} to {@link #VALUE_BYTES_MAX}
 */
record Shape(int keys, int valueBytes) {
    /** Indexes of keys are ints, and those of absent keys lie beyond. */
    static final int KEYS_MAX = 500_000_000;

    static final int VALUE_BYTES_MIN = 16;
    static final int VALUE_BYTES_MAX = 16 << 20;

    Shape {
        if (keys < 1 || keys > KEYS_MAX) {
            throw new IllegalArgumentException("keys must be 1 to " + KEYS_MAX + ": " + keys);
        }
        if (valueBytes < VALUE_BYTES_MIN || valueBytes > VALUE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "value bytes must be " + VALUE_BYTES_MIN + " to " + VALUE_BYTES_MAX + ": " + valueBytes);
        }
    }

    /** Bytes of all keys and values, with nothing added by a store. */
    long userBytes() {
        return (long) keys * (Records.KEY_BYTES + valueBytes);
    }
}

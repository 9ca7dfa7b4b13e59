package io.titankv.benchmarks.engine;

import io.titankv.benchmarks.comparison.Records;

/**
 * How much a store holds.
 *
 * @param keys keys, 1 to {@link #KEYS_MAX}
 * @param keyBytes bytes of each key, {@link #KEY_BYTES_MIN} to {@link #KEY_BYTES_MAX}
 * @param valueBytes bytes of each value, {@link #VALUE_BYTES_MIN} to {@link #VALUE_BYTES_MAX}
 */
record Shape(int keys, int keyBytes, int valueBytes) {
    /** Indexes of keys are ints, and those of absent keys lie beyond. */
    static final int KEYS_MAX = 500_000_000;

    static final int KEY_BYTES_MIN = 16;
    static final int KEY_BYTES_MAX = Records.KEY_BYTES_MAX;

    static final int VALUE_BYTES_MIN = 16;
    static final int VALUE_BYTES_MAX = 16 << 20;

    Shape {
        if (keys < 1 || keys > KEYS_MAX) {
            throw new IllegalArgumentException("keys must be 1 to " + KEYS_MAX + ": " + keys);
        }
        if (keyBytes < KEY_BYTES_MIN || keyBytes > KEY_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "key bytes must be " + KEY_BYTES_MIN + " to " + KEY_BYTES_MAX + ": " + keyBytes);
        }
        if (valueBytes < VALUE_BYTES_MIN || valueBytes > VALUE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "value bytes must be " + VALUE_BYTES_MIN + " to " + VALUE_BYTES_MAX + ": " + valueBytes);
        }
    }

    /** Bytes of all keys and values, with nothing added by a store. */
    long userBytes() {
        return (long) keys * (keyBytes + valueBytes);
    }
}

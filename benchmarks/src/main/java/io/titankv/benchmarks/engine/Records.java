package io.titankv.benchmarks.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The keys and values of all systems: a record is a function of its index and a version. A key is two well-mixed longs, so that
 * keys in order of index are in random order for every store. A value begins with its version; the rest is a fixed random pad
 * XORed with a hash of key and version: cheap to make, and no two share enough bytes to be compressed. Confined to one thread.
 */
final class Records {
    static final int KEY_BYTES = 16;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** From SplitMix64 (Steele, Lea, Flood 2014). */
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private final long[] pad;
    private final byte[] expected;

    Records(int valueBytes) {
        pad = new long[valueBytes / Long.BYTES + 1];
        for (int i = 0; i < pad.length; i++) {
            pad[i] = mix(i + 1L);
        }
        expected = new byte[valueBytes];
    }

    /** Writes the key of {@code index}. Different indexes have different keys. */
    static void key(long index, byte[] into) {
        LONGS.set(into, 0, mix(index * GOLDEN));
        LONGS.set(into, Long.BYTES, mix(~index));
    }

    /** Writes the value that the key of {@code index} has in {@code version}. */
    void value(long index, long version, byte[] into) {
        long base = mix(mix(index) ^ version);
        int last = into.length - Long.BYTES;
        LONGS.set(into, 0, version);
        int at = Long.BYTES;
        for (int i = 1; at <= last; i++, at += Long.BYTES) {
            LONGS.set(into, at, pad[i] ^ base);
        }
        if (at < into.length) {
            LONGS.set(into, last, pad[pad.length - 1] ^ base);
        }
    }

    /** Checks that {@code value} is some version of the value of {@code index}. */
    void requireValue(long index, byte[] value) {
        if (value.length != expected.length) {
            throw new WrongValueException("a value has the wrong length", index);
        }
        value(index, (long) LONGS.get(value, 0), expected);
        if (!Arrays.equals(expected, value)) {
            throw new WrongValueException("a value is not the one that was put", index);
        }
    }

    static long mix(long seed) {
        long z = seed + GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }
}

package io.titankv.benchmarks.comparison;

import io.titankv.cli.perf.SplitMix64;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The keys and values of all systems: a record is a function of its index and a version. A key begins with two well-mixed longs, so
 * that keys in order of index are in random order for every store; a longer one goes on like a value. A value begins with its version; the rest is a fixed random pad
 * XORed with a hash of key and version: cheap to make, and no two share enough bytes to be compressed. Confined to one thread.
 */
public final class Records {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** What LMDB allows unless it is compiled otherwise. */
    public static final int KEY_BYTES_MAX = 511;

    private static final long[] KEY_PAD = pad(KEY_BYTES_MAX);

    private final long[] pad;
    private final byte[] expected;

    public Records(int valueBytes) {
        pad = pad(valueBytes);
        expected = new byte[valueBytes];
    }

    private static long[] pad(int bytes) {
        long[] pad = new long[bytes / Long.BYTES + 1];
        for (int i = 0; i < pad.length; i++) {
            pad[i] = SplitMix64.mix(i + 1L);
        }
        return pad;
    }

    /** Writes the key of {@code index}, at least 16 bytes. Different indexes have different keys. */
    public static void key(long index, byte[] into) {
        long second = SplitMix64.mix(~index);
        LONGS.set(into, 0, SplitMix64.mix(index * SplitMix64.GOLDEN));
        LONGS.set(into, Long.BYTES, second);
        if (into.length > 2 * Long.BYTES) {
            padded(into, 2 * Long.BYTES, KEY_PAD, SplitMix64.mix(second));
        }
    }

    /** Writes the value that the key of {@code index} has in {@code version}. */
    public void value(long index, long version, byte[] into) {
        long base = SplitMix64.mix(SplitMix64.mix(index) ^ version);
        LONGS.set(into, 0, version);
        padded(into, Long.BYTES, pad, base);
    }

    /** Fills the array from a multiple of 8 on. */
    private static void padded(byte[] into, int from, long[] pad, long base) {
        int last = into.length - Long.BYTES;
        int at = from;
        for (; at <= last; at += Long.BYTES) {
            LONGS.set(into, at, pad[at / Long.BYTES] ^ base);
        }
        if (at < into.length) {
            LONGS.set(into, last, pad[pad.length - 1] ^ base);
        }
    }

    /** Checks that {@code value} is some version of the value of {@code index}. */
    public void requireValue(long index, byte[] value) {
        if (value.length != expected.length) {
            throw new WrongValueException("a value has the wrong length", index);
        }
        value(index, (long) LONGS.get(value, 0), expected);
        if (!Arrays.equals(expected, value)) {
            throw new WrongValueException("a value is not the one that was put", index);
        }
    }
}

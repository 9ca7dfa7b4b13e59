package io.titankv.engine;

import java.util.Arrays;

/** Entries of a {@link Keydir}, copied out: a buffer that is filled again and again and keeps its size. Confined to one thread. */
final class Places {
    private static final int INITIAL_CAPACITY = 8;

    private long[] tokens = new long[INITIAL_CAPACITY];

    /** File id in the upper half, offset in the lower. */
    private long[] starts = new long[INITIAL_CAPACITY];

    private int[] recordBytes = new int[INITIAL_CAPACITY];
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long token(int index) {
        return tokens[checked(index)];
    }

    /** 1 to 2^32-1. */
    long fileId(int index) {
        return starts[checked(index)] >>> Integer.SIZE;
    }

    /** 0 to 2^32-1. */
    long offset(int index) {
        return starts[checked(index)] & 0xFFFF_FFFFL;
    }

    int recordBytes(int index) {
        return recordBytes[checked(index)];
    }

    /** File id in the upper half, offset in the lower. */
    long start(int index) {
        return starts[checked(index)];
    }

    /** Whether the other one holds the same places in the same order. */
    boolean areSame(Places other) {
        return Arrays.equals(tokens, 0, size, other.tokens, 0, other.size)
                && Arrays.equals(starts, 0, size, other.starts, 0, other.size);
    }

    void add(long token, long fileId, long offset, int bytes) {
        addPacked(token, fileId << Integer.SIZE | offset, bytes);
    }

    /** @param start file id in the upper half, offset in the lower */
    void addPacked(long token, long start, int bytes) {
        if (size == tokens.length) {
            int capacity = 2 * size;
            tokens = Arrays.copyOf(tokens, capacity);
            starts = Arrays.copyOf(starts, capacity);
            recordBytes = Arrays.copyOf(recordBytes, capacity);
        }
        tokens[size] = token;
        starts[size] = start;
        recordBytes[size] = bytes;
        size++;
    }

    void clear() {
        size = 0;
    }

    /** Forgets all but the first {@code newSize}. */
    void truncate(int newSize) {
        size = Math.min(size, newSize);
    }

    private int checked(int index) {
        if (index >= size) {
            throw new IndexOutOfBoundsException(index);
        }
        return index;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < size; i++) {
            text.append(i == 0 ? "" : ", ")
                    .append(Long.toUnsignedString(token(i)))
                    .append("@")
                    .append(fileId(i))
                    .append(":")
                    .append(offset(i))
                    .append("+")
                    .append(recordBytes(i));
        }
        return text.append("]").toString();
    }
}

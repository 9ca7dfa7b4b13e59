package io.titankv.engine;

import java.util.Arrays;

/** Which records a merge copied from where to where. Bounded by the victims' live records. Confined to the merging thread. */
final class MergeMoves {
    private int size;
    private long[] tokens = new long[256];
    /** File id in the upper half, offset in the lower; for both ends of the move. */
    private long[] sources = new long[256];

    private long[] targets = new long[256];
    private int[] recordBytes = new int[256];

    void add(long token, long sourceFileId, long sourceOffset, long targetFileId, long targetOffset, int bytes) {
        if (size == tokens.length) {
            int capacity = Math.multiplyExact(size, 2);
            tokens = Arrays.copyOf(tokens, capacity);
            sources = Arrays.copyOf(sources, capacity);
            targets = Arrays.copyOf(targets, capacity);
            recordBytes = Arrays.copyOf(recordBytes, capacity);
        }
        tokens[size] = token;
        sources[size] = sourceFileId << Integer.SIZE | sourceOffset;
        targets[size] = targetFileId << Integer.SIZE | targetOffset;
        recordBytes[size] = bytes;
        size++;
    }

    int size() {
        return size;
    }

    long token(int move) {
        return tokens[move];
    }

    long sourceFileId(int move) {
        return sources[move] >>> Integer.SIZE;
    }

    long sourceOffset(int move) {
        return sources[move] & 0xFFFF_FFFFL;
    }

    long targetFileId(int move) {
        return targets[move] >>> Integer.SIZE;
    }

    long targetOffset(int move) {
        return targets[move] & 0xFFFF_FFFFL;
    }

    int recordBytes(int move) {
        return recordBytes[move];
    }
}

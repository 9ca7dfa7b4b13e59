package io.titankv.engine;

import java.util.Arrays;

/**
 * Sorts the numbers of a table's entries by what they stand for. Most of the work is done on longs, each of which carries the first bits
 * of an entry's sorting key and its number; only entries that are equal in these bits, few as tokens are hashes, are compared whole.
 */
final class HintSort {
    private final Order order;

    private HintSort(Order order) {
        this.order = order;
    }

    /** The first 64 bits of an entry's sorting key, unsigned. */
    interface Prefix {
        long of(int entry);
    }

    /** The whole order; it never contradicts the prefixes. */
    interface Order {
        int compare(int left, int right);
    }

    static int[] sorted(int count, Prefix prefix, Order order) {
        int numberBits = Integer.SIZE - Integer.numberOfLeadingZeros(count);
        long[] prefixesAndNumbers = new long[count];
        for (int i = 0; i < count; i++) {
            // The sign makes the signed order of longs the unsigned one.
            prefixesAndNumbers[i] = (prefix.of(i) >>> numberBits << numberBits | i) ^ Long.MIN_VALUE;
        }
        Arrays.sort(prefixesAndNumbers);
        int[] entries = new int[count];
        for (int i = 0; i < count; i++) {
            entries[i] = (int) (prefixesAndNumbers[i] & ((1L << numberBits) - 1));
        }
        int end;
        for (int start = 0; start < count; start = end) {
            end = start + 1;
            while (end < count && prefixesAndNumbers[start] >> numberBits == prefixesAndNumbers[end] >> numberBits) {
                end++;
            }
            if (end - start > 1) {
                int[] equal = Arrays.copyOfRange(entries, start, end);
                new HintSort(order).mergeSort(equal.clone(), equal, 0, equal.length);
                System.arraycopy(equal, 0, entries, start, equal.length);
            }
        }
        return entries;
    }

    /** Sorts {@code target}; both arrays hold the same entries in the stretch. */
    private void mergeSort(int[] source, int[] target, int start, int end) {
        if (end - start < 2) {
            return;
        }
        int middle = (start + end) >>> 1;
        mergeSort(target, source, start, middle);
        mergeSort(target, source, middle, end);
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++) {
            if (right >= end || (left < middle && order.compare(source[left], source[right]) <= 0)) {
                target[i] = source[left++];
            } else {
                target[i] = source[right++];
            }
        }
    }
}

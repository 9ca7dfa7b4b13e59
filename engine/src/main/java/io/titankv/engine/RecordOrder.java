package io.titankv.engine;

/**
 * Which of two records stands. Two rules, the same at apply, at recovery and in a merge:
 *
 * <ol>
 *   <li>a range drop buries every record that came before it: smaller (index, ordinal);
 *   <li>of the records of one key that no drop buried, the one with the greatest (index, version, ordinal) stands.
 * </ol>
 *
 * <p>The ordinal makes the order total. A record's place would not: a merge moves records.
 */
final class RecordOrder {
    private RecordOrder() {}

    /** Compares two records of one key; the greater one stands. */
    static int compare(
            long leftIndex, long leftVersion, int leftOrdinal, long rightIndex, long rightVersion, int rightOrdinal) {
        int byIndex = Long.compare(leftIndex, rightIndex);
        if (byIndex != 0) {
            return byIndex;
        }
        int byVersion = Long.compareUnsigned(leftVersion, rightVersion);
        return byVersion != 0 ? byVersion : Integer.compare(leftOrdinal, rightOrdinal);
    }

    /** Whether a record came before a drop. */
    static boolean isBefore(long index, int ordinal, long dropIndex, int dropOrdinal) {
        return index < dropIndex || (index == dropIndex && ordinal < dropOrdinal);
    }
}

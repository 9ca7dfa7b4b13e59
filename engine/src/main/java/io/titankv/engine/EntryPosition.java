package io.titankv.engine;

/**
 * The position of the log entry that a batch came from. Rises with every batch of an engine. Used alone, an engine counts
 * batches in {@code index} and leaves {@code term} at 0. Immutable.
 *
 * @param term 0 or more
 * @param index 0 or more; -1 is {@link #NONE}
 */
public record EntryPosition(long term, long index) implements Comparable<EntryPosition> {
    /** Before the first entry. */
    public static final EntryPosition NONE = new EntryPosition(0, -1);

    public boolean isNone() {
        return index < 0;
    }

    @Override
    public int compareTo(EntryPosition other) {
        int byIndex = Long.compare(index, other.index);
        return byIndex != 0 ? byIndex : Long.compare(term, other.term);
    }
}

package io.titankv.model;

/**
 * A Raft log position. Within one group positions are ordered by index. Immutable.
 *
 * @param term the term of the entry at {@code index}
 * @param index the entry's index; entries count from 0 in Ratis, so {@link #NONE} has index -1
 */
public record LogPosition(long term, long index) implements Comparable<LogPosition> {
    /** Before the first entry. */
    public static final LogPosition NONE = new LogPosition(0, -1);

    public boolean isNone() {
        return index < 0;
    }

    @Override
    public int compareTo(LogPosition other) {
        int byIndex = Long.compare(index, other.index);
        return byIndex != 0 ? byIndex : Long.compare(term, other.term);
    }

    /** {@code (t:term, i:index)}, as Raft prints it. */
    @Override
    public String toString() {
        return "(t:" + term + ", i:" + index + ")";
    }
}

package io.titankv.engine;

import java.util.List;

/**
 * The cursors of a {@link HintJoin} by the entry that each is at: a binary heap that keeps section and token of the entries beside the
 * cursors, because most comparisons are decided by these. Confined to one thread.
 */
final class HintHeads {
    /** Sections are 0 to 3. */
    private static final int SECTION_SHIFT = Long.SIZE - 2;

    private final HintCursor[] cursors;

    /** Section and the upper bits of the token, as signed numbers in the same order. */
    private final long[] orders;

    private int size;

    HintHeads(List<HintCursor> all) {
        cursors = new HintCursor[all.size()];
        orders = new long[all.size()];
        for (HintCursor cursor : all) {
            if (cursor.next()) {
                add(cursor);
            }
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The cursor at the least entry. */
    HintCursor first() {
        return cursors[0];
    }

    /** Whether no other cursor speaks of the first one's subject. */
    boolean isFirstAlone() {
        return !isOfFirst(1) && !isOfFirst(2);
    }

    private boolean isOfFirst(int other) {
        return other < size
                && orders[other] == orders[0]
                && HintCursor.compareSubjects(cursors[other], cursors[0]) == 0;
    }

    /** Moves the first cursor to its next entry; one at its end goes. */
    void advanceFirst() {
        if (cursors[0].next()) {
            sink(cursors[0], orderOf(cursors[0]));
        } else {
            removeFirst();
        }
    }

    HintCursor removeFirst() {
        HintCursor first = cursors[0];
        size--;
        if (size > 0) {
            sink(cursors[size], orders[size]);
        }
        return first;
    }

    void add(HintCursor cursor) {
        long order = orderOf(cursor);
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!isBefore(order, cursor, parent)) {
                break;
            }
            put(at, cursors[parent], orders[parent]);
            at = parent;
        }
        put(at, cursor, order);
    }

    /** Puts a cursor in the first one's place and lets it sink to its own. */
    private void sink(HintCursor cursor, long order) {
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && isBefore(orders[child + 1], cursors[child + 1], child)) {
                child++;
            }
            if (isBefore(order, cursor, child)) {
                break;
            }
            put(at, cursors[child], orders[child]);
            at = child;
        }
        put(at, cursor, order);
    }

    private boolean isBefore(long order, HintCursor cursor, int other) {
        return order != orders[other] ? order < orders[other] : HintCursor.compareSubjects(cursor, cursors[other]) < 0;
    }

    private void put(int at, HintCursor cursor, long order) {
        cursors[at] = cursor;
        orders[at] = order;
    }

    private static long orderOf(HintCursor cursor) {
        long section = HintCursor.section(cursor.kind());
        return (section << SECTION_SHIFT | cursor.token() >>> 2) ^ Long.MIN_VALUE;
    }
}

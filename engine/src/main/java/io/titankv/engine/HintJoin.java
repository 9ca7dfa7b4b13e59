package io.titankv.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * Joins the sorted indexes of all data files in one pass, and names the record that stands for each key and each piece of metadata.
 * Confined to one thread.
 */
final class HintJoin {
    /** Takes what stands, in order of subject: metadata first, then keys in order of token. */
    interface Standing {
        /** The entry at the cursor stands. It is a put, of a key or of metadata. */
        void accept(HintCursor entry);
    }

    private final PriorityQueue<HintCursor> heads = new PriorityQueue<>(HintCursor::compareSubjects);
    private final List<RangeDrops.Drop> drops = new ArrayList<>();
    private final List<HintCursor> subject = new ArrayList<>();

    /** Each cursor lists a subject once at most, but for range drops. */
    HintJoin(List<HintCursor> cursors) {
        for (HintCursor cursor : cursors) {
            if (cursor.next()) {
                heads.add(cursor);
            }
        }
    }

    void run(Standing standing) {
        runWhile(entry -> {
            standing.accept(entry);
            return true;
        });
    }

    /** Hands over what stands until it is told that no more is wanted. */
    void runWhile(Predicate<HintCursor> standing) {
        readDrops();
        RangeDrops allDrops = drops.isEmpty() ? RangeDrops.NONE : RangeDrops.of(drops);
        while (!heads.isEmpty()) {
            takeSubject();
            HintCursor greatest = null;
            for (HintCursor entry : subject) {
                boolean isBuried =
                        entry.kind() == RecordKind.PUT && allDrops.bury(entry.token(), entry.index(), entry.ordinal());
                if (!isBuried && (greatest == null || HintCursor.compareStanding(entry, greatest) > 0)) {
                    greatest = entry;
                }
            }
            if (greatest != null && greatest.kind().holdsValue() && !standing.test(greatest)) {
                return;
            }
            subject.forEach(this::advance);
        }
    }

    /** Range drops come first in every cursor. */
    private void readDrops() {
        HintCursor head = heads.peek();
        while (head != null && head.kind() == RecordKind.RANGE_DROP) {
            heads.remove();
            drops.add(new RangeDrops.Drop(head.token(), head.rangeEnd(), head.index(), head.ordinal()));
            advance(head);
            head = heads.peek();
        }
    }

    /** Moves all cursors that speak of the next subject from the queue to the list. */
    private void takeSubject() {
        subject.clear();
        HintCursor first = heads.remove();
        subject.add(first);
        HintCursor next = heads.peek();
        while (next != null && HintCursor.compareSubjects(first, next) == 0) {
            subject.add(heads.remove());
            next = heads.peek();
        }
    }

    private void advance(HintCursor cursor) {
        if (cursor.next()) {
            heads.add(cursor);
        }
    }
}

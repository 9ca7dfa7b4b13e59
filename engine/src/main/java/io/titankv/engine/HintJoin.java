package io.titankv.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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

    private final HintHeads heads;
    private final List<RangeDrops.Drop> drops = new ArrayList<>();
    private final List<HintCursor> subject = new ArrayList<>();

    /** Each cursor lists a subject once at most, but for range drops. */
    HintJoin(List<HintCursor> cursors) {
        heads = new HintHeads(cursors);
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
            boolean isAlone = heads.isFirstAlone();
            HintCursor stands = isAlone ? heads.first() : greatestOfSubject(allDrops);
            if (stands != null
                    && stands.kind().holdsValue()
                    && !(isAlone && isBuried(stands, allDrops))
                    && !standing.test(stands)) {
                return;
            }
            if (isAlone) {
                heads.advanceFirst();
            } else {
                subject.forEach(this::advance);
            }
        }
    }

    private @Nullable HintCursor greatestOfSubject(RangeDrops allDrops) {
        takeSubject();
        HintCursor greatest = null;
        for (HintCursor entry : subject) {
            if (!isBuried(entry, allDrops) && (greatest == null || HintCursor.compareStanding(entry, greatest) > 0)) {
                greatest = entry;
            }
        }
        return greatest;
    }

    private static boolean isBuried(HintCursor entry, RangeDrops allDrops) {
        return entry.kind() == RecordKind.PUT && allDrops.bury(entry.token(), entry.index(), entry.ordinal());
    }

    /** Range drops come first in every cursor. */
    private void readDrops() {
        while (!heads.isEmpty() && heads.first().kind() == RecordKind.RANGE_DROP) {
            HintCursor head = heads.first();
            drops.add(new RangeDrops.Drop(head.token(), head.rangeEnd(), head.index(), head.ordinal()));
            heads.advanceFirst();
        }
    }

    /** Moves all cursors that speak of the next subject from the heads to the list. */
    private void takeSubject() {
        subject.clear();
        HintCursor first = heads.removeFirst();
        subject.add(first);
        while (!heads.isEmpty() && HintCursor.compareSubjects(first, heads.first()) == 0) {
            subject.add(heads.removeFirst());
        }
    }

    private void advance(HintCursor cursor) {
        if (cursor.next()) {
            heads.add(cursor);
        }
    }
}

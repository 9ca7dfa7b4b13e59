package io.titankv.multiraft.shard;

import io.titankv.model.TokenRange;
import java.util.ArrayList;
import java.util.List;

/** Sets of tokens, as ranges. Pure functions. */
final class TokenRanges {
    private TokenRanges() {}

    /** Whether no two of them overlap. */
    static boolean areDisjoint(List<TokenRange> ranges) {
        List<TokenRange> sorted = ranges.stream().sorted().toList();
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i - 1).overlaps(sorted.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** What is left of {@code ranges} without the tokens of {@code taken}, in token order. */
    static List<TokenRange> without(List<TokenRange> ranges, List<TokenRange> taken) {
        List<TokenRange> left = ranges.stream().sorted().toList();
        for (TokenRange cut : taken) {
            List<TokenRange> next = new ArrayList<>();
            left.forEach(range -> addRest(range, cut, next));
            left = next;
        }
        return List.copyOf(left);
    }

    private static void addRest(TokenRange range, TokenRange cut, List<TokenRange> rest) {
        if (!range.overlaps(cut)) {
            rest.add(range);
            return;
        }
        if (Long.compareUnsigned(range.startInclusive(), cut.startInclusive()) < 0) {
            rest.add(new TokenRange(range.startInclusive(), cut.startInclusive()));
        }
        if (Long.compareUnsigned(cut.lastInclusive(), range.lastInclusive()) < 0) {
            rest.add(new TokenRange(cut.endExclusive(), range.endExclusive()));
        }
    }

    /** The tokens of both, which share none, in token order; neighbours are joined. */
    static List<TokenRange> with(List<TokenRange> ranges, List<TokenRange> added) {
        List<TokenRange> all = new ArrayList<>(ranges);
        all.addAll(added);
        all.sort(null);
        List<TokenRange> joined = new ArrayList<>();
        for (TokenRange range : all) {
            TokenRange last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && last.endExclusive() != 0 && last.endExclusive() == range.startInclusive()) {
                joined.set(joined.size() - 1, new TokenRange(last.startInclusive(), range.endExclusive()));
            } else {
                joined.add(range);
            }
        }
        return List.copyOf(joined);
    }

    /** Whether every token of {@code asked} is in {@code ranges}. */
    static boolean containAll(List<TokenRange> ranges, List<TokenRange> asked) {
        return without(asked, ranges).isEmpty();
    }

    /** Whether the token is in one of them: for a few ranges. */
    static boolean contain(List<TokenRange> ranges, long token) {
        return ranges.stream().anyMatch(range -> range.contains(token));
    }
}

package io.titankv.engine;

import java.util.ArrayList;
import java.util.List;

/** An inner node of a {@link Keydir}: children in token order. Immutable; a change makes a new one. */
final class KeydirBranch implements KeydirNode {
    /** Child i holds the tokens from lows[i] on, up to lows[i + 1]; but the first child everything below lows[1]. Rising, unsigned. */
    private final long[] lows;

    private final KeydirNode[] children;

    /** A node and the first token that is its. */
    record Child(long low, KeydirNode node) {}

    KeydirBranch(List<Child> children) {
        this.lows = new long[children.size()];
        this.children = new KeydirNode[children.size()];
        for (int i = 0; i < lows.length; i++) {
            lows[i] = children.get(i).low();
            this.children[i] = children.get(i).node();
        }
    }

    int size() {
        return children.length;
    }

    KeydirNode child(int index) {
        return children[index];
    }

    long low(int index) {
        return lows[index];
    }

    /** The child that holds the token. */
    int indexOf(long token) {
        return indexOf(token, 0, 0);
    }

    /** The same, sooner: {@code low} and {@code end} (0 for 2^64) are the first token of the branch's stretch and the one after its last. */
    int indexOf(long token, long low, long end) {
        int index = TokenSearch.guess(token, low, end, lows.length);
        while (index > 0 && Long.compareUnsigned(lows[index], token) > 0) {
            index--;
        }
        while (index + 1 < lows.length && Long.compareUnsigned(lows[index + 1], token) <= 0) {
            index++;
        }
        return index;
    }

    List<Child> children() {
        List<Child> all = new ArrayList<>(children.length + 3);
        for (int i = 0; i < children.length; i++) {
            all.add(new Child(lows[i], children[i]));
        }
        return all;
    }

    /**
     * This branch with {@code added} in place of the children from {@code fromInclusive} to {@code toExclusive}; the first of them
     * takes over the first low.
     *
     * @return nothing when no child is left, two branches when one would have more than {@code fanout} children
     */
    List<Child> with(int fromInclusive, int toExclusive, List<Child> added, int fanout) {
        List<Child> all = children();
        List<Child> replaced = all.subList(fromInclusive, toExclusive);
        long low = replaced.getFirst().low();
        replaced.clear();
        all.addAll(fromInclusive, added);
        if (!added.isEmpty()) {
            all.set(fromInclusive, new Child(low, added.getFirst().node()));
        }
        if (all.isEmpty()) {
            return List.of();
        }
        if (all.size() <= fanout) {
            return List.of(branch(all));
        }
        int half = all.size() / 2;
        return List.of(branch(all.subList(0, half)), branch(all.subList(half, all.size())));
    }

    static Child branch(List<Child> children) {
        return new Child(children.getFirst().low(), new KeydirBranch(children));
    }
}

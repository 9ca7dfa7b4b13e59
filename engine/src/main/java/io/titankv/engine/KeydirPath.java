package io.titankv.engine;

import io.titankv.engine.KeydirBranch.Child;
import java.util.List;

/** The way from a {@link Keydir}'s root to one leaf, and the trees that come from changing what lies at its end. Used by the writer. */
final class KeydirPath {
    /** A branch with fewer children than this share of the fanout is joined with a neighbour when both fit well into one. */
    private static final int SMALL_DIVISOR = 4;

    private final int fanout;
    private final KeydirBranch[] branches;
    private final int[] indexes;
    private final int depth;

    private KeydirPath(int fanout, KeydirBranch[] branches, int[] indexes, int depth) {
        this.fanout = fanout;
        this.branches = branches;
        this.indexes = indexes;
        this.depth = depth;
    }

    /** More levels than any tree of 2^31 leaves has. */
    private static final int DEPTH_MAX = 40;

    static KeydirPath to(long token, KeydirBranch root, int fanout) {
        KeydirBranch[] branches = new KeydirBranch[DEPTH_MAX];
        int[] indexes = new int[DEPTH_MAX];
        KeydirNode at = root;
        int depth = 0;
        while (at instanceof KeydirBranch branch) {
            branches[depth] = branch;
            indexes[depth] = branch.indexOf(token);
            at = branch.child(indexes[depth]);
            depth++;
        }
        return new KeydirPath(fanout, branches, indexes, depth);
    }

    /** The branch above the leaf. */
    KeydirBranch parent() {
        return branches[depth - 1];
    }

    /** The leaf's place among its parent's children. */
    int index() {
        return indexes[depth - 1];
    }

    /** The parent's child, a leaf. */
    KeydirLeaf leaf(int index) {
        return (KeydirLeaf) parent().child(index);
    }

    KeydirLeaf leaf() {
        return leaf(index());
    }

    /** Whether the leaf is the tree's only one. */
    boolean isOnly() {
        return depth == 1 && parent().size() == 1;
    }

    /**
     * The tree in which the parent has {@code added} in place of its children from {@code fromInclusive} to {@code toExclusive}. At
     * least one leaf must stay.
     */
    KeydirBranch with(int fromInclusive, int toExclusive, List<Child> added) {
        List<Child> parts = parent().with(fromInclusive, toExclusive, added, fanout);
        for (int level = depth - 2; level >= 0; level--) {
            parts = replaceChild(branches[level], indexes[level], parts);
        }
        KeydirBranch root = parts.size() == 1 ? (KeydirBranch) parts.getFirst().node() : new KeydirBranch(parts);
        while (root.size() == 1 && root.child(0) instanceof KeydirBranch only) {
            root = only;
        }
        return root;
    }

    private List<Child> replaceChild(KeydirBranch branch, int index, List<Child> parts) {
        if (parts.size() == 1 && parts.getFirst().node() instanceof KeydirBranch small && isSmall(small)) {
            if (index + 1 < branch.size() && fit(small, (KeydirBranch) branch.child(index + 1))) {
                KeydirBranch next = (KeydirBranch) branch.child(index + 1);
                return branch.with(index, index + 2, List.of(joined(small, branch.low(index + 1), next)), fanout);
            }
            if (index > 0 && fit(small, (KeydirBranch) branch.child(index - 1))) {
                KeydirBranch previous = (KeydirBranch) branch.child(index - 1);
                return branch.with(index - 1, index + 1, List.of(joined(previous, branch.low(index), small)), fanout);
            }
        }
        return branch.with(index, index + 1, parts, fanout);
    }

    private boolean isSmall(KeydirBranch branch) {
        return branch.size() < Math.max(2, fanout / SMALL_DIVISOR);
    }

    private boolean fit(KeydirBranch one, KeydirBranch other) {
        return one.size() + other.size() <= fanout - fanout / SMALL_DIVISOR;
    }

    private static Child joined(KeydirBranch left, long rightLow, KeydirBranch right) {
        List<Child> children = left.children();
        List<Child> rightChildren = right.children();
        rightChildren.set(0, new Child(rightLow, rightChildren.getFirst().node()));
        children.addAll(rightChildren);
        return KeydirBranch.branch(children);
    }
}

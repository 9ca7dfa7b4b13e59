package io.titankv.engine;

/**
 * A leaf of a {@link Keydir} and its stretch of tokens in one state of the tree. The leaf's stretch may have grown since; what lies
 * behind the end is another step's.
 *
 * @param root the tree in that state
 * @param low the first token
 * @param end the token after the last, 0 for 2^64
 */
record KeydirStretch(KeydirNode root, KeydirLeaf leaf, long low, long end) {
    /** The stretch that holds the token. */
    static KeydirStretch of(KeydirNode root, long token) {
        KeydirNode at = root;
        long low = 0;
        long end = 0;
        while (at instanceof KeydirBranch branch) {
            int index = branch.indexOf(token, low, end);
            if (index > 0) {
                low = branch.low(index);
            }
            if (index + 1 < branch.size()) {
                end = branch.low(index + 1);
            }
            at = branch.child(index);
        }
        return new KeydirStretch(root, (KeydirLeaf) at, low, end);
    }

    boolean holds(long token) {
        return low == end || Long.compareUnsigned(token - low, end - low) < 0;
    }

    void copyTo(KeydirPages pages, long position, long endExclusive, int atLeast, Places out) {
        leaf.copyRange(pages, position, earlier(endExclusive), atLeast, out);
    }

    void copyEqual(KeydirPages pages, long token, Places out) {
        leaf.copyEqual(pages, token, low, end, out);
    }

    int find(KeydirPages pages, long token, long start) {
        return leaf.find(pages, token, low, end, start);
    }

    int count(KeydirPages pages, long position, long endExclusive) {
        return leaf.countRange(pages, position, earlier(endExclusive));
    }

    private long earlier(long otherEnd) {
        return otherEnd == 0 || Long.compareUnsigned(end - 1, otherEnd) < 0 ? end : otherEnd;
    }
}

package io.titankv.engine;

/** Checks the shape of a {@link Keydir}'s tree, which must rest meanwhile. Immutable. */
record KeydirCheck(KeydirPages pages, int fanout) {
    private record Found(long entries, int pages, int depth) {}

    void check(KeydirBranch root, long size) {
        Found found = check(root, true, 0, 0);
        require(found.entries == size, "the size counts the entries");
        require(found.pages == pages.usedPages(), "every page is in one leaf or free");
    }

    private Found check(KeydirNode node, boolean isRoot, long low, long end) {
        return switch (node) {
            case KeydirBranch branch -> checkBranch(branch, isRoot, low, end);
            case KeydirLeaf leaf -> checkLeaf(leaf, low, end);
        };
    }

    private Found checkBranch(KeydirBranch branch, boolean isRoot, long low, long end) {
        require(branch.size() >= 1 && branch.size() <= fanout, "a branch has 1 to fanout children");
        require(!isRoot || branch.size() > 1 || branch.child(0) instanceof KeydirLeaf, "the root is needed");
        long entries = 0;
        int pagesFound = 0;
        int depth = -1;
        for (int i = 0; i < branch.size(); i++) {
            long childLow = i == 0 ? low : branch.low(i);
            long childEnd = i + 1 < branch.size() ? branch.low(i + 1) : end;
            require(i == 0 || Long.compareUnsigned(childLow, low) > 0, "lows rise");
            require(childEnd == 0 || Long.compareUnsigned(childLow, childEnd) < 0, "every child has a stretch");
            Found found = check(branch.child(i), false, childLow, childEnd);
            require(depth < 0 || depth == found.depth, "leaves lie at one depth");
            depth = found.depth;
            entries += found.entries;
            pagesFound += found.pages;
        }
        return new Found(entries, pagesFound, depth + 1);
    }

    private Found checkLeaf(KeydirLeaf leaf, long low, long end) {
        require(KeydirLeaf.isStable(leaf.version()), "a leaf that can be reached is not locked");
        Places entries = new Places();
        leaf.copyRange(pages, 0, 0, Integer.MAX_VALUE, entries);
        require(entries.size() == leaf.count(pages), "a leaf's entries are all there");
        require(leaf.isChain() == (entries.size() > pages.pageEntries()), "more pages for more entries only");
        for (int i = 0; i < entries.size(); i++) {
            long token = entries.token(i);
            require(Long.compareUnsigned(token, low) >= 0, "an entry is not before its leaf");
            require(end == 0 || Long.compareUnsigned(token, end) < 0, "an entry is not behind its leaf");
            require(i == 0 || Long.compareUnsigned(entries.token(i - 1), token) <= 0, "entries are in order");
            require(!leaf.isChain() || token == entries.token(0), "a chain has one token");
        }
        return new Found(entries.size(), leaf.pages().length, 0);
    }

    private static void require(boolean holds, String promise) {
        if (!holds) {
            throw new IllegalStateException("broken invariant: " + promise);
        }
    }
}

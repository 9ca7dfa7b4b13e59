package io.titankv.engine;

import io.titankv.engine.KeydirBranch.Child;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the tree of a {@link Keydir} from entries that come in unsigned token order, page after page. Used once, by one thread. */
final class KeydirBuilder {
    /** Share of a page that is filled: the rest is for what comes later. About what random inserts leave. */
    private static final double FILL = 0.875;

    private final KeydirPages pages;
    private final int fanout;
    private final int pageFill;
    private final List<Child> leaves = new ArrayList<>();
    private @Nullable KeydirLeaf leaf;
    private long lastToken;
    private long size;

    KeydirBuilder(KeydirPages pages, int fanout) {
        this.pages = pages;
        this.fanout = fanout;
        this.pageFill = Math.max(1, (int) (pages.pageEntries() * FILL));
    }

    /** Adds an entry; its token is that of the entry before, or comes after it. */
    void add(long token, long fileId, long offset, int recordBytes) {
        KeydirLeaf target = leaf;
        Invariants.check(
                target == null || Long.compareUnsigned(lastToken, token) <= 0, "entries come in order of token");
        if (target != null && token == lastToken) {
            target = withRoomFor(token, target);
        } else if (target == null || target.count(pages) >= pageFill) {
            target = newLeaf(token);
        }
        target.append(pages, token, KeydirPages.start(fileId, offset), recordBytes);
        lastToken = token;
        size++;
    }

    /** Where another entry of the last token goes: a token's entries are in one leaf, and only one that is theirs alone has more pages. */
    private KeydirLeaf withRoomFor(long token, KeydirLeaf target) {
        if (!target.isFull(pages) || target.firstToken(pages) == token) {
            return target;
        }
        int from = target.lowerBound(pages, token);
        Places moved = new Places();
        target.copyRange(pages, token, 0, Integer.MAX_VALUE, moved);
        target.remove(pages, from, from + moved.size());
        KeydirLeaf next = newLeaf(token);
        for (int i = 0; i < moved.size(); i++) {
            next.append(pages, token, KeydirPages.start(moved.fileId(i), moved.offset(i)), moved.recordBytes(i));
        }
        return next;
    }

    private KeydirLeaf newLeaf(long low) {
        KeydirLeaf fresh = new KeydirLeaf(new int[] {pages.allocate()}, 0);
        leaves.add(new Child(leaves.isEmpty() ? 0 : low, fresh));
        leaf = fresh;
        return fresh;
    }

    /** Entries added. */
    long size() {
        return size;
    }

    /** The tree of what was added, which is something. */
    KeydirBranch build() {
        List<Child> level = leaves;
        int group = Math.max(2, (int) (fanout * FILL));
        while (level.size() > fanout) {
            List<Child> above = new ArrayList<>();
            for (int from = 0; from < level.size(); from += group) {
                above.add(KeydirBranch.branch(level.subList(from, Math.min(level.size(), from + group))));
            }
            level = above;
        }
        return new KeydirBranch(level);
    }
}

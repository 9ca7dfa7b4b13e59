package io.titankv.engine;

import io.titankv.engine.KeydirBranch.Child;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Changes of a {@link Keydir} that one leaf alone cannot take: it and its neighbours die, and new leaves with their entries and pages
 * take their place. Each method returns the root to publish, and leaves the dead locked: whoever holds an old root waits for the new
 * one. All memory is taken before the first leaf is locked. Used by the writer.
 *
 * <p>Sharing with both neighbours before splitting fills pages to 85 % under random inserts (the B* tree of Knuth, TAOCP 3, 6.2.4;
 * measured at a million and at ten million entries).
 */
final class KeydirRegrouping {
    /** The leaf and its neighbours. */
    private static final int GROUP_LEAVES_MAX = 3;

    /** Leaves share as long as each keeps one in so many entries free: less would fill pages better and share oftener. */
    private static final int FREE_DIVISOR = 16;

    /** A leaf with fewer entries than this share of a page looks for neighbours to join. */
    private static final int SMALL_DIVISOR = 4;

    private final KeydirPages pages;
    private final int pageEntries;

    /** The entries of a group, in order, and one more. */
    private final MemorySegment scratch;

    private int scratchEntries;

    KeydirRegrouping(KeydirPages pages) {
        this.pages = pages;
        this.pageEntries = pages.pageEntries();
        this.scratch = pages.scratch(GROUP_LEAVES_MAX * pageEntries + 1);
    }

    private static long at(int index) {
        return (long) index * KeydirPages.ENTRY_BYTES;
    }

    /** Inserts into a full leaf; not into a chain of that token. */
    KeydirBranch insert(KeydirPath path, long token, long start, int recordBytes) {
        if (path.leaf().isChain()) {
            return insertBesideChain(path, token, start, recordBytes);
        }
        KeydirLeaf leaf = path.leaf();
        boolean rising = leaf.endOf(pages, token + 1) == leaf.count(pages);
        boolean falling = !rising && leaf.lowerBound(pages, token) == 0;
        int from = falling ? path.index() : firstOfGroup(path);
        int to = rising ? path.index() + 1 : endOfGroup(path);
        gather(path, from, to);
        int index = upperBound(token);
        KeydirPages.move(scratch, at(index), scratch, at(index + 1), scratchEntries - index);
        KeydirPages.put(scratch, at(index), token, start, recordBytes);
        scratchEntries++;
        if (rising) {
            // The next tokens probably come between this one and the leaf behind: full pages stay where none will come.
            return regroup(path, from, to, pageEntries, pageEntries);
        }
        if (falling) {
            int rest = scratchEntries % pageEntries;
            return regroup(path, from, to, rest == 0 ? pageEntries : rest, pageEntries);
        }
        int leaves = to - from;
        int roomy = leaves * (pageEntries - Math.max(1, pageEntries / FREE_DIVISOR));
        int wanted = scratchEntries <= roomy ? leaves : leaves + 1;
        int share = (scratchEntries + wanted - 1) / wanted;
        return regroup(path, from, to, share, share);
    }

    private KeydirBranch insertBesideChain(KeydirPath path, long token, long start, int recordBytes) {
        KeydirLeaf chain = path.leaf();
        long chainToken = chain.firstToken(pages);
        int page = pages.allocate();
        KeydirPages.put(pages.slab(page), pages.at(page, 0), token, start, recordBytes);
        KeydirLeaf beside = new KeydirLeaf(new int[] {page}, 1);
        KeydirLeaf again = new KeydirLeaf(chain.pages(), chain.count(pages));
        List<Child> both = Long.compareUnsigned(token, chainToken) < 0
                ? List.of(new Child(token, beside), new Child(chainToken, again))
                : List.of(new Child(chainToken, again), new Child(token, beside));
        KeydirBranch root = path.with(path.index(), path.index() + 1, both);
        chain.lock();
        return root;
    }

    boolean isSmall(KeydirLeaf leaf) {
        int count = leaf.count(pages);
        return count == 0 || count < pageEntries / SMALL_DIVISOR;
    }

    /** After removals from a leaf that is no chain and became small: drops it, joins it with neighbours, or returns {@code root}. */
    KeydirBranch shrink(KeydirPath path, KeydirBranch root) {
        if (path.leaf().count(pages) == 0) {
            return path.isOnly() ? root : drop(path);
        }
        int from = firstOfGroup(path);
        int to = endOfGroup(path);
        int total = 0;
        for (int i = from; i < to; i++) {
            total += path.leaf(i).count(pages);
        }
        int perLeaf = Math.max(1, pageEntries * 3 / 4);
        if ((total + perLeaf - 1) / perLeaf >= to - from) {
            return root;
        }
        gather(path, from, to);
        return regroup(path, from, to, perLeaf, perLeaf);
    }

    /** Removes the leaf with all its entries. */
    KeydirBranch drop(KeydirPath path) {
        KeydirLeaf leaf = path.leaf();
        int[] unused = leaf.pages();
        List<Child> left = List.of();
        if (path.isOnly()) {
            left = List.of(new Child(0, new KeydirLeaf(new int[] {unused[0]}, 0)));
            unused = Arrays.copyOfRange(unused, 1, unused.length);
        }
        KeydirBranch root = path.with(path.index(), path.index() + 1, left);
        leaf.lock();
        for (int page : unused) {
            pages.free(page);
        }
        return root;
    }

    private static int firstOfGroup(KeydirPath path) {
        int index = path.index();
        return index > 0 && !path.leaf(index - 1).isChain() ? index - 1 : index;
    }

    private static int endOfGroup(KeydirPath path) {
        int next = path.index() + 1;
        return next < path.parent().size() && !path.leaf(next).isChain() ? next + 1 : next;
    }

    private void gather(KeydirPath path, int from, int to) {
        scratchEntries = 0;
        for (int i = from; i < to; i++) {
            KeydirLeaf leaf = path.leaf(i);
            int page = leaf.pages()[0];
            int count = leaf.count(pages);
            KeydirPages.move(pages.slab(page), pages.at(page, 0), scratch, at(scratchEntries), count);
            scratchEntries += count;
        }
    }

    private int upperBound(long token) {
        int low = 0;
        int high = scratchEntries;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(KeydirPages.token(scratch, at(middle)), token) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Deals what was gathered to leaves of about {@code perLeaf} entries, the first of about {@code inFirst}. */
    private KeydirBranch regroup(KeydirPath path, int from, int to, int inFirst, int perLeaf) {
        int[] oldPages = new int[to - from];
        for (int i = from; i < to; i++) {
            oldPages[i - from] = path.leaf(i).pages()[0];
        }
        int oldPagesUsed = 0;
        List<Child> dealt = new ArrayList<>(GROUP_LEAVES_MAX + 1);
        List<int[]> dealtPages = new ArrayList<>(GROUP_LEAVES_MAX + 1);
        for (int begin = 0; begin < scratchEntries; ) {
            int end = endOfDeal(begin, begin == 0 ? inFirst : perLeaf);
            int[] own = new int[(end - begin + pageEntries - 1) / pageEntries];
            for (int i = 0; i < own.length; i++) {
                own[i] = oldPagesUsed < oldPages.length ? oldPages[oldPagesUsed++] : pages.allocate();
            }
            dealt.add(new Child(KeydirPages.token(scratch, at(begin)), new KeydirLeaf(own, end - begin)));
            dealtPages.add(own);
            begin = end;
        }
        KeydirBranch root = path.with(from, to, dealt);
        for (int i = from; i < to; i++) {
            path.leaf(i).lock();
        }
        int copied = 0;
        for (int i = 0; i < dealt.size(); i++) {
            int end = copied + ((KeydirLeaf) dealt.get(i).node()).count(pages);
            for (int page : dealtPages.get(i)) {
                int count = Math.min(pageEntries, end - copied);
                KeydirPages.move(scratch, at(copied), pages.slab(page), pages.at(page, 0), count);
                copied += count;
            }
        }
        for (int i = oldPagesUsed; i < oldPages.length; i++) {
            pages.free(oldPages[i]);
        }
        return root;
    }

    /** A leaf takes whole tokens: as many as fit, or one that does not. */
    private int endOfDeal(int begin, int perLeaf) {
        int end = endOfToken(begin);
        while (end < scratchEntries && end - begin < perLeaf) {
            int next = endOfToken(end);
            if (next - begin > perLeaf) {
                break;
            }
            end = next;
        }
        return end;
    }

    private int endOfToken(int begin) {
        long token = KeydirPages.token(scratch, at(begin));
        int end = begin + 1;
        while (end < scratchEntries && KeydirPages.token(scratch, at(end)) == token) {
            end++;
        }
        return end;
    }
}

package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * A leaf of a {@link Keydir}: the entries of a stretch of tokens, in token order, in one page. Only a leaf all of whose entries share
 * one token may have more pages, and keeps its entries in no order; so a token's entries are all in one leaf.
 *
 * <p>A sequence lock (Boehm, "Can Seqlocks Get Along With Programming Language Memory Models?", MSPC 2012) guards it. The writer makes
 * the version odd, changes entries, and makes it even again. A reader takes an even version, reads what it likes, which may be
 * nonsense but lies within bounds, and believes it only if the version {@link #isStill} the same. A leaf's stretch may grow while it
 * lives, never shrink: a leaf that gives tokens away is locked and never unlocked again, and its readers start again at the root.
 */
final class KeydirLeaf implements KeydirNode {
    private static final VarHandle VERSION;
    private static final int[] NO_PAGES = {};

    static {
        try {
            VERSION = MethodHandles.lookup().findVarHandle(KeydirLeaf.class, "version", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int firstPage;
    private int[] morePages;
    private int count;

    /** Odd while the writer is at work. A dead leaf is one that stays so. */
    @SuppressWarnings("unused") // by VERSION
    private int version;

    KeydirLeaf(int[] pages, int count) {
        this.firstPage = pages[0];
        this.morePages = pages.length == 1 ? NO_PAGES : Arrays.copyOfRange(pages, 1, pages.length);
        this.count = count;
    }

    // The lock.

    int version() {
        return (int) VERSION.getAcquire(this);
    }

    static boolean isStable(int version) {
        return (version & 1) == 0;
    }

    /** Whether all that was read since {@link #version} gave {@code stable} belongs together and is still so. */
    boolean isStill(int stable) {
        VarHandle.loadLoadFence();
        return (int) VERSION.getOpaque(this) == stable;
    }

    void lock() {
        VERSION.setOpaque(this, (int) VERSION.getOpaque(this) + 1);
        VarHandle.storeStoreFence();
    }

    void unlock() {
        VERSION.setRelease(this, (int) VERSION.getOpaque(this) + 1);
    }

    // Readers, and the writer. Everything that a reader calls must stay within bounds whatever it reads.

    /** Entries, never more than its pages hold. */
    int count(KeydirPages pages) {
        return Math.min(count, pages.pageEntries() * (1 + morePages.length));
    }

    boolean isChain() {
        return morePages.length > 0;
    }

    private int page(int index, int pageEntries) {
        if (index < pageEntries) {
            return firstPage;
        }
        int[] more = morePages;
        int at = index / pageEntries - 1;
        return at < more.length ? more[at] : firstPage;
    }

    /** The first entry whose token is not below {@code token}. */
    int lowerBound(KeydirPages pages, long token) {
        int high = count(pages);
        if (high > pages.pageEntries()) {
            return Long.compareUnsigned(token, firstToken(pages)) <= 0 ? 0 : high;
        }
        MemorySegment slab = pages.slab(firstPage);
        long base = pages.at(firstPage, 0);
        int low = 0;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(KeydirPages.token(slab, base + (long) middle * KeydirPages.ENTRY_BYTES), token)
                    < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    long firstToken(KeydirPages pages) {
        return KeydirPages.token(pages.slab(firstPage), pages.at(firstPage, 0));
    }

    /** The first entry whose token is not in the range; an end of 0 stands for 2^64. */
    int endOf(KeydirPages pages, long endExclusive) {
        return endExclusive == 0 ? count(pages) : lowerBound(pages, endExclusive);
    }

    /** The first entry whose token is not below {@code token}, which the leaf's stretch, from low to before end, holds. */
    private int lowerBound(KeydirPages pages, long token, long low, long end) {
        int entries = count(pages);
        if (entries == 0 || entries > pages.pageEntries()) {
            return lowerBound(pages, token);
        }
        int guess = TokenSearch.guess(token, low, end, entries);
        return TokenSearch.lowerBoundNear(guess, pages.slab(firstPage), pages.at(firstPage, 0), entries, token);
    }

    /** Copies the token's entries. */
    void copyEqual(KeydirPages pages, long token, long low, long endOfStretch, Places out) {
        int end = count(pages);
        for (int i = lowerBound(pages, token, low, endOfStretch); i < end; i++) {
            if (!copyIf(pages, i, token, out)) {
                return;
            }
        }
    }

    /**
     * The token's entry, see {@link Keydir#findOnly}.
     *
     * @param low first token of the leaf's stretch
     * @param end the token after its last, 0 for 2^64
     */
    KeydirEntry only(KeydirPages pages, long token, long low, long end) {
        int entries = count(pages);
        if (entries == 0) {
            return KeydirEntry.NONE;
        }
        if (entries > pages.pageEntries()) {
            return KeydirEntry.UNCLEAR;
        }
        MemorySegment slab = pages.slab(firstPage);
        long base = pages.at(firstPage, 0);
        int index = TokenSearch.lowerBoundNear(TokenSearch.guess(token, low, end, entries), slab, base, entries, token);
        if (index >= entries || TokenSearch.compare(slab, base, index, token) != 0) {
            return KeydirEntry.NONE;
        }
        if (index + 1 < entries && TokenSearch.compare(slab, base, index + 1, token) == 0) {
            return KeydirEntry.UNCLEAR;
        }
        long at = base + (long) index * KeydirPages.ENTRY_BYTES;
        return new KeydirEntry(KeydirPages.start(slab, at), KeydirPages.recordBytes(slab, at));
    }

    private boolean tokenIs(KeydirPages pages, int index, long token) {
        return TokenSearch.compare(pages.slab(firstPage), pages.at(firstPage, 0), index, token) == 0;
    }

    private boolean copyIf(KeydirPages pages, int index, long token, Places out) {
        int page = page(index, pages.pageEntries());
        MemorySegment slab = pages.slab(page);
        long at = pages.at(page, index % pages.pageEntries());
        if (KeydirPages.token(slab, at) != token) {
            return false;
        }
        out.addPacked(token, KeydirPages.start(slab, at), KeydirPages.recordBytes(slab, at));
        return true;
    }

    /** Copies entries of the range, until there are {@code enough} in {@code out} and a token ends. */
    void copyRange(KeydirPages pages, long startInclusive, long endExclusive, int enough, Places out) {
        int end = endOf(pages, endExclusive);
        for (int i = lowerBound(pages, startInclusive); i < end; i++) {
            int page = page(i, pages.pageEntries());
            MemorySegment slab = pages.slab(page);
            long at = pages.at(page, i % pages.pageEntries());
            long token = KeydirPages.token(slab, at);
            if (out.size() >= enough && token != out.token(out.size() - 1)) {
                return;
            }
            out.addPacked(token, KeydirPages.start(slab, at), KeydirPages.recordBytes(slab, at));
        }
    }

    int countRange(KeydirPages pages, long startInclusive, long endExclusive) {
        return Math.max(0, endOf(pages, endExclusive) - lowerBound(pages, startInclusive));
    }

    // The writer.

    /** The entry of that token that starts there, or -1. */
    int find(KeydirPages pages, long token, long low, long end, long start) {
        for (int i = lowerBound(pages, token, low, end); i < count; i++) {
            int page = page(i, pages.pageEntries());
            long at = pages.at(page, i % pages.pageEntries());
            if (KeydirPages.token(pages.slab(page), at) != token) {
                return -1;
            }
            if (KeydirPages.start(pages.slab(page), at) == start) {
                return i;
            }
        }
        return -1;
    }

    boolean isFull(KeydirPages pages) {
        return count >= pages.pageEntries();
    }

    /** Behind the token's other entries. The leaf is not full. */
    void insert(KeydirPages pages, long token, long low, long end, long start, int recordBytes) {
        int index = lowerBound(pages, token, low, end);
        while (index < count && tokenIs(pages, index, token)) {
            index++;
        }
        MemorySegment slab = pages.slab(firstPage);
        long at = pages.at(firstPage, index);
        lock();
        KeydirPages.move(slab, at, slab, at + KeydirPages.ENTRY_BYTES, count - index);
        KeydirPages.put(slab, at, token, start, recordBytes);
        count++;
        unlock();
    }

    /** To a chain of that token. */
    void append(KeydirPages pages, long token, long start, int recordBytes) {
        int pageEntries = pages.pageEntries();
        int[] more = morePages;
        if (count == pageEntries * (1 + more.length)) {
            more = Arrays.copyOf(more, more.length + 1);
            more[more.length - 1] = pages.allocate();
        }
        lock();
        morePages = more;
        int page = page(count, pageEntries);
        KeydirPages.put(pages.slab(page), pages.at(page, count % pageEntries), token, start, recordBytes);
        count++;
        unlock();
    }

    void replace(KeydirPages pages, int index, long start, int recordBytes) {
        int page = page(index, pages.pageEntries());
        lock();
        KeydirPages.putPlace(pages.slab(page), pages.at(page, index % pages.pageEntries()), start, recordBytes);
        unlock();
    }

    void remove(KeydirPages pages, int fromInclusive, int toExclusive) {
        MemorySegment slab = pages.slab(firstPage);
        long at = pages.at(firstPage, fromInclusive);
        lock();
        KeydirPages.move(slab, pages.at(firstPage, toExclusive), slab, at, count - toExclusive);
        count -= toExclusive - fromInclusive;
        unlock();
    }

    /** One entry of a chain: its last takes the gap, and its last page goes when that leaves it empty. */
    void removeFromChain(KeydirPages pages, int index) {
        int pageEntries = pages.pageEntries();
        int last = count - 1;
        int lastPage = page(last, pageEntries);
        int page = page(index, pageEntries);
        boolean emptied = last % pageEntries == 0;
        int[] more = emptied ? Arrays.copyOf(morePages, morePages.length - 1) : morePages;
        lock();
        KeydirPages.move(
                pages.slab(lastPage),
                pages.at(lastPage, last % pageEntries),
                pages.slab(page),
                pages.at(page, index % pageEntries),
                1);
        count = last;
        morePages = more;
        unlock();
        if (emptied) {
            pages.free(lastPage);
        }
    }

    /** All its pages, in order. */
    int[] pages() {
        int[] all = new int[1 + morePages.length];
        all[0] = firstPage;
        System.arraycopy(morePages, 0, all, 1, morePages.length);
        return all;
    }
}

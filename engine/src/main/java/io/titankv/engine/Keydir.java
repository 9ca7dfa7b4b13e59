package io.titankv.engine;

import io.titankv.engine.KeydirBranch.Child;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where every live record lies, by token, outside the heap. Several entries may share a token: the keydir does not know keys. They stand
 * in the order in which they were inserted, until there are more than a page holds.
 *
 * <p>A B+ tree in unsigned token order. Its leaves are pages of packed entries, each under a sequence lock; its branches are immutable
 * objects that a change replaces from the root down. A full leaf first shares with its neighbours and splits only when those are full,
 * too, so pages are well filled and no insert touches more than four of them.
 *
 * <p>One thread writes. Any thread reads, without waiting for the writer, and sees a token's entries as they were at one moment between
 * the call and the return; only a reader that the writer outran {@link #ATTEMPTS_MAX} times asks it to pause.
 */
final class Keydir implements AutoCloseable {
    /** Entries of a page. Larger pages cost more bytes moved at an insert, smaller ones more objects: see {@link #LEAF_HEAP_BYTES}. */
    private static final int PAGE_ENTRIES = 128;

    /** Children of a branch. The branches above a leaf, three at ten million entries, are copied when leaves share or split. */
    private static final int FANOUT = 64;

    /**
     * A reader's tries before it asks the writer to pause. A guess: some microseconds, so that it does not burn a core on which the
     * writer could go on.
     */
    private static final int ATTEMPTS_MAX = 200;

    /** A leaf's object, and its place among its parent's children at a usual fill. By the object layout of a 64-bit JVM. */
    private static final long LEAF_HEAP_BYTES = 32 + 18;

    private final KeydirPages pages;
    private final KeydirRegrouping regrouping;
    private final int fanout;

    /** Held by the writer during each change, for {@link #ATTEMPTS_MAX}. Fair, so that a reader's turn comes. */
    private final ReentrantLock writing = new ReentrantLock(true);

    private volatile KeydirBranch root;
    private final AtomicLong size = new AtomicLong();

    Keydir() {
        this(PAGE_ENTRIES, FANOUT);
    }

    /** For tests, which meet every case sooner with small pages and branches. A fanout is 4 or more: halves must be branches, too. */
    Keydir(int pageEntries, int fanout) {
        this.fanout = fanout;
        this.pages = new KeydirPages(pageEntries);
        this.regrouping = new KeydirRegrouping(pages);
        this.root = new KeydirBranch(List.of(new Child(0, new KeydirLeaf(new int[] {pages.allocate()}, 0))));
    }

    /** Where the writer looked last. */
    private @Nullable KeydirStretch found;

    // Readers.

    /** Entries. */
    long size() {
        return size.get();
    }

    /** Memory taken: all of it outside the heap, and about what the tree takes within. */
    long bytes() {
        return pages.bytes() + pages.usedPages() * LEAF_HEAP_BYTES;
    }

    /** The token's entry when there is exactly one, else {@link KeydirEntry#NONE} or {@link KeydirEntry#UNCLEAR}. */
    KeydirEntry findOnly(long token) {
        return findOnly(token, KeydirStretch.of(root, token));
    }

    private KeydirEntry findOnly(long token, KeydirStretch stretch) {
        KeydirLeaf leaf = stretch.leaf();
        int version = leaf.version();
        if (!KeydirLeaf.isStable(version)) {
            return KeydirEntry.UNCLEAR;
        }
        KeydirEntry entry = leaf.only(pages, token, stretch.low(), stretch.end());
        return leaf.isStill(version) ? entry : KeydirEntry.UNCLEAR;
    }

    /** Fills {@code out} with the token's entries, and returns how many there are. */
    int find(long token, Places out) {
        return (int) read(token, stretch -> {
            out.clear();
            stretch.copyEqual(pages, token, out);
            return out.size();
        });
    }

    /** Reads a token's leaf at one moment; what {@code reading} did in vain it does again. */
    private long read(long token, ToLongFunction<KeydirStretch> reading) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            KeydirStretch stretch = KeydirStretch.of(root, token);
            int version = stretch.leaf().version();
            if (KeydirLeaf.isStable(version)) {
                long outcome = reading.applyAsLong(stretch);
                if (stretch.leaf().isStill(version)) {
                    return outcome;
                }
            }
            Thread.onSpinWait();
        }
        writing.lock();
        try {
            return reading.applyAsLong(KeydirStretch.of(root, token));
        } finally {
            writing.unlock();
        }
    }

    /**
     * Fills {@code out} with entries in token order from a token on: at least so many if there are, and all of every token.
     *
     * @param endExclusive the token after the last, 0 for 2^64
     * @return how many there are in {@code out}
     */
    int copyFrom(long tokenInclusive, long endExclusive, int atLeast, Places out) {
        out.clear();
        long position = tokenInclusive;
        while (isBefore(position, endExclusive)) {
            position = copyLeaf(position, endExclusive, atLeast, out);
            if (out.size() >= atLeast || position == 0) {
                break;
            }
        }
        return out.size();
    }

    private static boolean isBefore(long token, long endExclusive) {
        return endExclusive == 0 || Long.compareUnsigned(token, endExclusive) < 0;
    }

    /** @return the first token behind the leaf, 0 when it is the last */
    private long copyLeaf(long position, long endExclusive, int atLeast, Places out) {
        int before = out.size();
        return read(position, stretch -> {
            out.truncate(before);
            stretch.copyTo(pages, position, endExclusive, atLeast, out);
            return stretch.end();
        });
    }

    /** Entries in the range; an end of 0 stands for 2^64. Each leaf is counted at a moment of its own. */
    long count(long startInclusive, long endExclusive) {
        long[] counted = new long[1];
        long total = 0;
        long position = startInclusive;
        while (isBefore(position, endExclusive)) {
            long start = position;
            position = read(start, stretch -> {
                counted[0] = stretch.count(pages, start, endExclusive);
                return stretch.end();
            });
            total += counted[0];
            if (position == 0) {
                break;
            }
        }
        return total;
    }

    // The writer.

    /** Fills a keydir that is empty with entries that come in token order: sooner, and denser, than one {@link #insert} after the other. */
    void fill(Consumer<KeydirBuilder> entries) {
        writing.lock();
        try {
            KeydirLeaf empty = KeydirStretch.of(root, 0).leaf();
            if (size.get() > 0) {
                throw new IllegalStateException("keydir has " + size.get() + " entries");
            }
            KeydirBuilder builder = new KeydirBuilder(pages, fanout);
            entries.accept(builder);
            if (builder.size() > 0) {
                root = builder.build();
                addToSize(builder.size());
                pages.free(empty.pages()[0]);
            }
        } finally {
            writing.unlock();
        }
    }

    /** What {@link #findOnly} says, to the writer, who will change the token's entries next and need not look for them again. */
    KeydirEntry findOnlyToChange(long token) {
        KeydirStretch stretch = KeydirStretch.of(root, token);
        found = stretch;
        return findOnly(token, stretch);
    }

    private KeydirStretch stretchToChange(long token) {
        KeydirStretch last = found;
        return last != null && last.root() == root && last.holds(token) ? last : KeydirStretch.of(root, token);
    }

    private void addToSize(long added) {
        size.setRelease(size.getPlain() + added);
    }

    /** Adds an entry, whatever others its token has. */
    void insert(long token, long fileId, long offset, int recordBytes) {
        long start = KeydirPages.start(fileId, offset);
        writing.lock();
        try {
            KeydirStretch stretch = stretchToChange(token);
            KeydirLeaf leaf = stretch.leaf();
            if (!leaf.isFull(pages)) {
                leaf.insert(pages, token, stretch.low(), stretch.end(), start, recordBytes);
            } else if (leaf.isChain() && leaf.firstToken(pages) == token) {
                leaf.append(pages, token, start, recordBytes);
            } else {
                root = regrouping.insert(KeydirPath.to(token, root, fanout), token, start, recordBytes);
            }
            addToSize(1);
        } finally {
            writing.unlock();
        }
    }

    /** Gives the entry of that token and place a new place, in one step; false when there is none. */
    boolean replace(long token, long oldFileId, long oldOffset, long newFileId, long newOffset, int newRecordBytes) {
        long oldStart = KeydirPages.start(oldFileId, oldOffset);
        long newStart = KeydirPages.start(newFileId, newOffset);
        writing.lock();
        try {
            KeydirStretch stretch = stretchToChange(token);
            KeydirLeaf leaf = stretch.leaf();
            int index = stretch.find(pages, token, oldStart);
            if (index < 0) {
                return false;
            }
            leaf.replace(pages, index, newStart, newRecordBytes);
            return true;
        } finally {
            writing.unlock();
        }
    }

    /** Removes the entry of that token and place; false when there is none. */
    boolean remove(long token, long fileId, long offset) {
        long start = KeydirPages.start(fileId, offset);
        writing.lock();
        try {
            KeydirStretch stretch = stretchToChange(token);
            KeydirLeaf leaf = stretch.leaf();
            int index = stretch.find(pages, token, start);
            if (index < 0) {
                return false;
            }
            if (leaf.isChain()) {
                leaf.removeFromChain(pages, index);
            } else {
                leaf.remove(pages, index, index + 1);
                shrink(token, leaf);
            }
            addToSize(-1);
            return true;
        } finally {
            writing.unlock();
        }
    }

    private void shrink(long token, KeydirLeaf leaf) {
        if (regrouping.isSmall(leaf)) {
            root = regrouping.shrink(KeydirPath.to(token, root, fanout), root);
        }
    }

    /** Removes the entries of a range (an end of 0 stands for 2^64), and hands each of them over before it goes. */
    long removeRange(long startInclusive, long endExclusive, PlaceConsumer dropped) {
        long removed = 0;
        Places going = new Places();
        long position = startInclusive;
        while (isBefore(position, endExclusive)) {
            KeydirStretch stretch = KeydirStretch.of(root, position);
            going.clear();
            stretch.copyTo(pages, position, endExclusive, Integer.MAX_VALUE, going);
            for (int i = 0; i < going.size(); i++) {
                dropped.accept(going.token(i), going.fileId(i), going.offset(i), going.recordBytes(i));
            }
            writing.lock();
            try {
                removeAll(stretch.leaf(), position, going);
            } finally {
                writing.unlock();
            }
            removed += going.size();
            position = stretch.end();
            if (position == 0) {
                break;
            }
        }
        return removed;
    }

    private void removeAll(KeydirLeaf leaf, long position, Places going) {
        if (going.isEmpty()) {
            return;
        }
        if (going.size() == leaf.count(pages)) {
            root = regrouping.drop(KeydirPath.to(position, root, fanout));
        } else {
            // A chain holds one token, so it goes whole or not at all.
            int from = leaf.lowerBound(pages, position);
            leaf.remove(pages, from, from + going.size());
            shrink(position, leaf);
        }
        addToSize(-going.size());
    }

    @Override
    public void close() {
        pages.close();
    }

    /** For tests: throws unless the tree is what this class says it is. */
    void checkInvariants() {
        new KeydirCheck(pages, fanout).check(root, size());
    }
}

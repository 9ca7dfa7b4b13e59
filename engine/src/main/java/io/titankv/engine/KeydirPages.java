package io.titankv.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The memory of a {@link Keydir}: pages of one size, cut from slabs outside the heap, and the layout of the entries in them.
 *
 * <pre>
 *   offset  bytes  field of an entry
 *   0       8      token
 *   8       8      start: data file id in the upper half, offset in the file in the lower
 *   16      4      record bytes
 * </pre>
 *
 * <p>Owns the arena. A slab is given back only by {@link #close}: a reader that looks at a page that was freed meanwhile reads a
 * later page's bytes, which its version check then discards, but never memory that is not ours. The writer allocates and frees.
 */
final class KeydirPages implements AutoCloseable {
    static final int ENTRY_BYTES = 20;
    private static final int TOKEN = 0;
    private static final int START = 8;
    private static final int RECORD_BYTES = 16;

    /** In the machine's order: these bytes never leave the process. */
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    /**
     * Making a slab stops the writer while its memory is zeroed. 64 pages of 128 entries are 160 KiB: the slowest of a million inserts
     * took 0.2 ms of processor time, on a loaded machine of two cores.
     */
    private static final int SLAB_PAGES_SHIFT = 6;

    private static final int SLAB_PAGES = 1 << SLAB_PAGES_SHIFT;

    private final Arena arena = Arena.ofShared();
    private final int pageEntries;
    private final long pageBytes;
    private volatile MemorySegment[] slabs = {};

    /** A stack of pages that nobody uses. */
    private int[] freePages = new int[SLAB_PAGES];

    private int freePageCount;

    KeydirPages(int pageEntries) {
        this.pageEntries = pageEntries;
        this.pageBytes = (long) pageEntries * ENTRY_BYTES;
    }

    /** How many entries a page takes. */
    int pageEntries() {
        return pageEntries;
    }

    /** Bytes taken from the system. */
    long bytes() {
        return (long) slabs.length * SLAB_PAGES * pageBytes;
    }

    /** Pages that are in use. */
    int usedPages() {
        return slabs.length * SLAB_PAGES - freePageCount;
    }

    int allocate() {
        if (freePageCount == 0) {
            addSlab();
        }
        return freePages[--freePageCount];
    }

    private void addSlab() {
        MemorySegment[] before = slabs;
        MemorySegment[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = arena.allocate(SLAB_PAGES * pageBytes, Long.BYTES);
        int capacity = after.length * SLAB_PAGES;
        if (freePages.length < capacity) {
            // Room for every page, so that a free never has to grow it.
            freePages = Arrays.copyOf(freePages, 2 * capacity);
        }
        for (int i = SLAB_PAGES - 1; i >= 0; i--) {
            freePages[freePageCount++] = before.length * SLAB_PAGES + i;
        }
        slabs = after;
    }

    void free(int page) {
        freePages[freePageCount++] = page;
    }

    /** Memory for so many entries, apart from the pages. */
    MemorySegment scratch(int entries) {
        return arena.allocate((long) entries * ENTRY_BYTES, Long.BYTES);
    }

    MemorySegment slab(int page) {
        return slabs[page >>> SLAB_PAGES_SHIFT];
    }

    /** Where the page's entry lies in its slab. */
    long at(int page, int index) {
        return (page & (SLAB_PAGES - 1)) * pageBytes + (long) index * ENTRY_BYTES;
    }

    static long token(MemorySegment memory, long at) {
        return memory.get(LONG, at + TOKEN);
    }

    /** What an entry says of where its record is. */
    static long start(long fileId, long offset) {
        if (fileId < 1 || fileId >> Integer.SIZE != 0 || offset >> Integer.SIZE != 0) {
            throw new IllegalArgumentException("no place of a record: file " + fileId + ", offset " + offset);
        }
        return fileId << Integer.SIZE | offset;
    }

    /** File id in the upper half, offset in the lower. */
    static long start(MemorySegment memory, long at) {
        return memory.get(LONG, at + START);
    }

    static int recordBytes(MemorySegment memory, long at) {
        return memory.get(INT, at + RECORD_BYTES);
    }

    static void put(MemorySegment memory, long at, long token, long start, int recordBytes) {
        memory.set(LONG, at + TOKEN, token);
        putPlace(memory, at, start, recordBytes);
    }

    static void putPlace(MemorySegment memory, long at, long start, int recordBytes) {
        memory.set(LONG, at + START, start);
        memory.set(INT, at + RECORD_BYTES, recordBytes);
    }

    static void move(MemorySegment source, long sourceAt, MemorySegment target, long targetAt, int entries) {
        MemorySegment.copy(source, sourceAt, target, targetAt, (long) entries * ENTRY_BYTES);
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}

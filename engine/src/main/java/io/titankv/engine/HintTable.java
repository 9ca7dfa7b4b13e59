package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The index entries of one data file, gathered while its records are copied or scanned. Bounded by the data file's size. Confined to
 * one thread.
 */
final class HintTable {
    /** Sections are 0 to 3. */
    private static final int SECTION_BITS = 2;

    private static final int SECTION_SHIFT = Long.SIZE - SECTION_BITS;

    private final long fileId;
    private int count;
    private byte[] kinds = new byte[64];
    private long[] tokens = new long[64];
    private long[] versions = new long[64];
    private long[] indexes = new long[64];
    private int[] ordinals = new int[64];
    private int[] offsets = new int[64];
    private int[] recordBytes = new int[64];
    private int[] keyAts = new int[64];
    private char[] keyLengths = new char[64];
    private byte[] keys = new byte[1024];
    private int keysUsed;

    HintTable(long fileId) {
        this.fileId = fileId;
    }

    /** Adds a record; {@code key} is the key, the name of metadata, or the 8 bytes of a range's end. Marks and ends need no entry. */
    void add(
            RecordKind kind,
            long token,
            long version,
            long index,
            int ordinal,
            long offset,
            int bytes,
            MemorySegment key) {
        if (kind == RecordKind.MARK || kind == RecordKind.END) {
            return;
        }
        if (count == tokens.length) {
            growColumns();
        }
        int keyLength = (int) key.byteSize();
        if (keys.length - keysUsed < keyLength) {
            keys = Arrays.copyOf(keys, Math.max(Math.addExact(keysUsed, keyLength), grown(keys.length)));
        }
        MemorySegment.copy(key, ValueLayout.JAVA_BYTE, 0, keys, keysUsed, keyLength);
        kinds[count] = kind.code();
        tokens[count] = token;
        versions[count] = version;
        indexes[count] = index;
        ordinals[count] = ordinal;
        offsets[count] = Math.toIntExact(offset);
        recordBytes[count] = bytes;
        keyAts[count] = keysUsed;
        keyLengths[count] = (char) keyLength;
        keysUsed += keyLength;
        count++;
    }

    /** The name that the key of a metadata record is. */
    static String name(MemorySegment key) {
        return new String(key.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    int count() {
        return count;
    }

    /** Forgets the entries from {@code newCount} on: their batch did not end. */
    void cutTo(int newCount) {
        Invariants.checkAtMost(newCount, count, "a table is cut to entries it has");
        if (newCount < count) {
            keysUsed = keyAts[newCount];
            count = newCount;
        }
    }

    /** Sums up what the manifest says of a file. */
    SealedFile describe(long bytes, int crc32c, long records) {
        long valueIndexMin = Long.MAX_VALUE;
        long graveIndexMax = -1;
        long graves = 0;
        long graveBytes = 0;
        for (int i = 0; i < count; i++) {
            RecordKind kind = RecordKind.ofCode(kinds[i]);
            if (kind.holdsValue()) {
                valueIndexMin = Math.min(valueIndexMin, indexes[i]);
            }
            if (kind.isGrave()) {
                graveIndexMax = Math.max(graveIndexMax, indexes[i]);
                graves++;
                graveBytes += recordBytes[i];
            }
        }
        return new SealedFile(fileId, bytes, crc32c, records, valueIndexMin, graveIndexMax, graves, graveBytes);
    }

    /** All entries in the order of a hint file. The table must not change while the cursor is used. */
    HintCursor sorted() {
        return new Cursor(sortedEntries());
    }

    /** Of each subject only the entry that stands, and every range drop, in the order of a hint file. */
    HintCursor standing() {
        int[] entries = sortedEntries();
        RangeDrops drops = drops(entries);
        int kept = 0;
        for (int i = 0; i < entries.length; i++) {
            int entry = entries[i];
            RecordKind kind = RecordKind.ofCode(kinds[entry]);
            if (kind == RecordKind.RANGE_DROP) {
                entries[kept++] = entry;
                continue;
            }
            // A buried entry first gives way, then the greatest of the subject stands. A grave is kept even when a
            // later drop
            // covers it: it costs little, and a record is never missed.
            if (kind == RecordKind.PUT && drops.bury(tokens[entry], indexes[entry], ordinals[entry])) {
                continue;
            }
            if (kept > 0 && compareSubjects(entries[kept - 1], entry) == 0) {
                entries[kept - 1] = entry;
            } else {
                entries[kept++] = entry;
            }
        }
        return new Cursor(Arrays.copyOf(entries, kept));
    }

    private RangeDrops drops(int[] entries) {
        List<RangeDrops.Drop> drops = new ArrayList<>();
        Cursor cursor = new Cursor(entries);
        while (cursor.next() && cursor.kind() == RecordKind.RANGE_DROP) {
            drops.add(new RangeDrops.Drop(cursor.token(), cursor.rangeEnd(), cursor.index(), cursor.ordinal()));
        }
        return drops.isEmpty() ? RangeDrops.NONE : RangeDrops.of(drops);
    }

    private void growColumns() {
        int capacity = grown(count);
        kinds = Arrays.copyOf(kinds, capacity);
        tokens = Arrays.copyOf(tokens, capacity);
        versions = Arrays.copyOf(versions, capacity);
        indexes = Arrays.copyOf(indexes, capacity);
        ordinals = Arrays.copyOf(ordinals, capacity);
        offsets = Arrays.copyOf(offsets, capacity);
        recordBytes = Arrays.copyOf(recordBytes, capacity);
        keyAts = Arrays.copyOf(keyAts, capacity);
        keyLengths = Arrays.copyOf(keyLengths, capacity);
    }

    private static int grown(int size) {
        return Math.addExact(size, Math.max(64, size >> 1));
    }

    /** By subject, and of one subject the one that stands last. */
    private int compare(int left, int right) {
        int bySubject = compareSubjects(left, right);
        return bySubject != 0
                ? bySubject
                : RecordOrder.compare(
                        indexes[left],
                        versions[left],
                        ordinals[left],
                        indexes[right],
                        versions[right],
                        ordinals[right]);
    }

    private int compareSubjects(int left, int right) {
        int bySection = Integer.compare(section(left), section(right));
        if (bySection != 0) {
            return bySection;
        }
        int byToken = Long.compareUnsigned(tokens[left], tokens[right]);
        return byToken != 0
                ? byToken
                : Arrays.compareUnsigned(
                        keys,
                        keyAts[left],
                        keyAts[left] + keyLengths[left],
                        keys,
                        keyAts[right],
                        keyAts[right] + keyLengths[right]);
    }

    private int section(int entry) {
        return HintCursor.section(RecordKind.ofCode(kinds[entry]));
    }

    private int[] sortedEntries() {
        return HintSort.sorted(
                count, i -> (long) section(i) << SECTION_SHIFT | tokens[i] >>> SECTION_BITS, this::compare);
    }

    private final class Cursor implements HintCursor {
        private final int[] entries;
        private int next;
        private int entry;

        Cursor(int[] entries) {
            this.entries = entries;
        }

        @Override
        public boolean next() {
            if (next == entries.length) {
                return false;
            }
            entry = entries[next++];
            return true;
        }

        @Override
        public long fileId() {
            return fileId;
        }

        @Override
        public RecordKind kind() {
            return RecordKind.ofCode(kinds[entry]);
        }

        @Override
        public long token() {
            return tokens[entry];
        }

        @Override
        public long version() {
            return versions[entry];
        }

        @Override
        public long index() {
            return indexes[entry];
        }

        @Override
        public int ordinal() {
            return ordinals[entry];
        }

        @Override
        public long offset() {
            return offsets[entry];
        }

        @Override
        public int recordBytes() {
            return recordBytes[entry];
        }

        @Override
        public byte[] keyBase() {
            return keys;
        }

        @Override
        public int keyOffset() {
            return keyAts[entry];
        }

        @Override
        public int keyLength() {
            return keyLengths[entry];
        }
    }
}

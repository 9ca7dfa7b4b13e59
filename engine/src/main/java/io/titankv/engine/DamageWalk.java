package io.titankv.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Walks the intact records of a data file of which parts are bad, and notes the bad stretches. Confined to one thread.
 *
 * <p>Where a record goes on after a bad stretch is taken from the bad record's own head when that is intact, else from the offsets that a
 * hint file knows, else by looking at every byte for the head of a record. Only the last can be fooled: by a value that itself holds
 * the bytes of records, in a record whose head is bad.
 */
final class DamageWalk {
    /** A bad stretch. */
    record Stretch(long startInclusive, long endExclusive) {}

    /** Takes the heads of records whose value is bad. */
    interface LostHeads {
        void accept(RecordKind kind, long offset, ByteBuffer head);
    }

    /** The longest head: header, expiry and key. */
    private static final int HEAD_BYTES_MAX =
            RecordFormat.HEADER_BYTES + RecordFormat.EXPIRY_BYTES + RecordFormat.KEY_BYTES_MAX;

    /** Bytes looked at between two reads while searching. */
    private static final int SEARCH_BYTES = 1 << 20;

    private final FileStore.File file;
    private final long end;
    private final long[] knownOffsets;
    private final boolean hasKnownOffsets;
    private final LostHeads lostHeads;
    private final RecordScanner scanner;
    private final List<Stretch> stretches = new ArrayList<>();
    private ByteBuffer window = ByteBuffer.allocate(0);
    private boolean wasSearched;

    private DamageWalk(FileStore.File file, long end, long[] offsets, boolean hasKnownOffsets, LostHeads lostHeads) {
        this.file = file;
        this.end = end;
        this.knownOffsets = offsets;
        this.hasKnownOffsets = hasKnownOffsets;
        this.lostHeads = lostHeads;
        this.scanner = new RecordScanner(file, Math.min(DataFileHeader.BYTES, end), end);
    }

    /** Walks with the help of offsets at which records are known to begin, in ascending order. */
    static DamageWalk withOffsets(FileStore.File file, long end, long[] offsets) {
        return new DamageWalk(file, end, offsets, true, (kind, offset, head) -> {});
    }

    /** Walks without help. */
    static DamageWalk searching(FileStore.File file, long end, LostHeads lostHeads) {
        return new DamageWalk(file, end, new long[0], false, lostHeads);
    }

    /** Moves to the next intact record; false at the end. Bad stretches on the way are noted. */
    boolean next() throws IOException {
        RecordScanner.Step step = scanner.next();
        while (step == RecordScanner.Step.BAD) {
            long bad = scanner.offset();
            long resumed = resumeAfter(bad);
            note(bad, resumed);
            scanner.seek(resumed);
            step = scanner.next();
        }
        return step == RecordScanner.Step.RECORD;
    }

    /** The record that {@link #next} found. */
    RecordScanner record() {
        return scanner;
    }

    /** Bad stretches so far, in order, none next to another. */
    List<Stretch> stretches() {
        return List.copyOf(stretches);
    }

    /** Whether a stretch was bad of which nothing says what records were in it. */
    boolean wasSearched() {
        return wasSearched;
    }

    private void note(long start, long endOfStretch) {
        boolean continues = !stretches.isEmpty() && stretches.getLast().endExclusive() == start;
        long first = continues ? stretches.removeLast().startInclusive() : start;
        stretches.add(new Stretch(first, endOfStretch));
    }

    private long resumeAfter(long bad) throws IOException {
        load(bad);
        if (isHead(0)) {
            // What a range drop dropped is its value, and that is bad.
            wasSearched |= RecordFormat.kind(window, 0) == RecordKind.RANGE_DROP && !hasKnownOffsets;
            lostHeads.accept(
                    RecordFormat.kind(window, 0), bad, window.duplicate().order(ByteOrder.LITTLE_ENDIAN));
            return Math.min(end, bad + RecordFormat.recordBytes(window, 0));
        }
        if (hasKnownOffsets) {
            int found = Arrays.binarySearch(knownOffsets, bad + 1);
            int next = found >= 0 ? found : -found - 1;
            return next < knownOffsets.length ? Math.min(end, knownOffsets[next]) : end;
        }
        wasSearched = true;
        return search(bad + 1);
    }

    private long search(long from) throws IOException {
        for (long at = from; at < end; at += SEARCH_BYTES) {
            load(at);
            int candidates = (int) Math.min(SEARCH_BYTES, end - at);
            for (int i = 0; i < candidates; i++) {
                if (isHead(i)) {
                    return at + i;
                }
            }
        }
        return end;
    }

    /** Has the bytes from the offset on in the window, as many as one search needs. */
    private void load(long offset) throws IOException {
        if (window.capacity() == 0) {
            int capacity = (int) Math.min(end, SEARCH_BYTES + HEAD_BYTES_MAX);
            window = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
        }
        int wanted = (int) Math.min(window.capacity(), end - offset);
        file.read(offset, window.clear().limit(wanted));
        window.flip();
    }

    /** Whether header and key of a record, intact and of a kind that its lengths fit, begin at that place of the window. */
    private boolean isHead(int at) {
        if (window.limit() - at < RecordFormat.HEADER_BYTES || !RecordFormat.headerIsPlausible(window, at)) {
            return false;
        }
        int keyBytes = RecordFormat.keyBytes(window, at);
        boolean hasKey = switch (RecordFormat.kind(window, at)) {
            case PUT, TOMBSTONE, META_PUT, META_DELETE -> keyBytes > 0;
            case RANGE_DROP, MARK, END -> keyBytes == 0;
        };
        int headBytes = RecordFormat.valueOffset(window, at) - at;
        if (!hasKey || window.limit() - at < headBytes) {
            return false;
        }
        CRC32C crc = new CRC32C();
        crc.update(window.array(), at + RecordFormat.VALUE_CRC_OFFSET, headBytes - RecordFormat.VALUE_CRC_OFFSET);
        return window.getInt(at + RecordFormat.HEAD_CRC_OFFSET) == (int) crc.getValue();
    }
}

package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads one page of a scan: walks the keydir in token order, a stretch at a time, and orders the keys of one token by reading them.
 * Used once, by one thread.
 */
final class RangeScan {
    /** Entries copied from the keydir at once. */
    private static final int STRETCH = 256;

    private final Keydir keydir;
    private final DataFiles files;
    private final RecordReader reader;
    private final ScanSpec spec;
    private final Places places = new Places();
    private final List<StoredRecord> page = new ArrayList<>();
    private long pageBytes;

    RangeScan(Keydir keydir, DataFiles files, RecordReader reader, ScanSpec spec) {
        this.keydir = keydir;
        this.files = files;
        this.reader = reader;
        this.spec = spec;
    }

    ScanPage read() {
        long token = spec.startInclusive();
        boolean isEmpty = spec.endExclusive() != 0 && spec.startInclusive() == spec.endExclusive();
        while (!isEmpty) {
            DataFileSet set = files.enter();
            try {
                int found = keydir.copyFrom(token, spec.endExclusive(), stretch(), places);
                if (found == 0) {
                    break;
                }
                int next = readTokens(set, found);
                if (next < 0) {
                    return new ScanPage(page, false);
                }
                if (next < found) {
                    // The file of an entry is newer than the set: go on from its token with a newer set.
                    token = places.token(next);
                    continue;
                }
                token = places.token(found - 1) + 1;
                if (token == 0 || token == spec.endExclusive()) {
                    break;
                }
                if (isFull()) {
                    boolean hasMore = keydir.copyFrom(token, spec.endExclusive(), 1, places) > 0;
                    return new ScanPage(page, !hasMore);
                }
            } finally {
                set.leave();
            }
        }
        return new ScanPage(page, true);
    }

    private int stretch() {
        // One more than fits, to see whether there is more.
        return Math.min(STRETCH, spec.recordsMax() - page.size()) + 1;
    }

    private boolean isFull() {
        return page.size() >= spec.recordsMax() || pageBytes >= spec.bytesMax();
    }

    /**
     * Reads the entries copied, token by token.
     *
     * @return how many were dealt with: all, or fewer when a file of the next is not in the set; -1 when the page is full before
     */
    private int readTokens(DataFileSet set, int found) {
        int at = 0;
        while (at < found) {
            int end = at + 1;
            while (end < found && places.token(end) == places.token(at)) {
                end++;
            }
            if (!set.hold(places, at, end)) {
                return at;
            }
            if (isFull() || !readToken(set, at, end)) {
                return -1;
            }
            at = end;
        }
        return found;
    }

    /** Reads the entries of one token in order of key; false when some of them did not fit. */
    private boolean readToken(DataFileSet set, int start, int end) {
        if (end - start == 1 && !isAtStart(start)) {
            add(read(set, start, spec.withValues()));
            return true;
        }
        List<StoredRecord> heads = new ArrayList<>(end - start);
        for (int i = start; i < end; i++) {
            StoredRecord head = read(set, i, false);
            if (!isAtStart(i) || isAfter(head)) {
                heads.add(head);
            }
        }
        heads.sort((left, right) -> Arrays.compareUnsigned(left.keyArray(), right.keyArray()));
        for (int i = 0; i < heads.size(); i++) {
            if (i + 1 < heads.size()
                    && Arrays.equals(heads.get(i).keyArray(), heads.get(i + 1).keyArray())) {
                // Overwritten, and not checked yet: of one key the last in the keydir stands, and sorting kept their
                // order.
                continue;
            }
            if (isFull()) {
                return false;
            }
            add(spec.withValues() ? withValue(set, heads.get(i)) : heads.get(i));
        }
        return true;
    }

    /** Whether only keys greater than the one named are wanted of this token. */
    private boolean isAtStart(int place) {
        return spec.afterKey() != null && places.token(place) == spec.startInclusive();
    }

    private boolean isAfter(StoredRecord head) {
        MemorySegment after = spec.afterKey();
        return after == null
                || Arrays.compareUnsigned(head.keyArray(), after.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)) > 0;
    }

    private StoredRecord read(DataFileSet set, int place, boolean withValue) {
        return reader.record(
                set.require(places.fileId(place)), places.offset(place), places.recordBytes(place), withValue);
    }

    private StoredRecord withValue(DataFileSet set, StoredRecord head) {
        RecordPlace place = head.place();
        return reader.record(set.require(place.fileId()), place.offset(), place.recordBytes(), true);
    }

    private void add(StoredRecord record) {
        page.add(record);
        pageBytes += record.key().byteSize() + record.value().byteSize();
    }
}

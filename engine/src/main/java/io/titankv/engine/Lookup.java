package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Finds single keys. Thread-safe, takes no lock. */
final class Lookup {
    /** Idle buffers kept; a reader beyond that makes its own. */
    private static final int POOL_MAX = 64;

    private final Keydir keydir;
    private final DataFiles files;
    private final RecordReader reader;
    private final ArrayBlockingQueue<Places> pool = new ArrayBlockingQueue<>(POOL_MAX);

    Lookup(Keydir keydir, DataFiles files, RecordReader reader) {
        this.keydir = keydir;
        this.files = files;
        this.reader = reader;
    }

    /** What is wanted of the record at a place. */
    private interface Read<T> {
        /** Null when the record is of another key. */
        @Nullable
        T orNull(DataFile file, long offset, int recordBytes);
    }

    /** The value alone. Written out for the case of almost every read, in which nothing but the value is left behind. */
    byte @Nullable [] valueOrNull(long token, MemorySegment key) {
        DataFileSet set = files.enter();
        try {
            KeydirEntry entry = keydir.findOnly(token);
            if (entry.isNone()) {
                return null;
            }
            DataFile file = set.fileOrNull(entry.fileId());
            if (file != null) {
                return reader.valueIfKeyOrNull(file, entry.offset(), entry.recordBytes(), key);
            }
        } finally {
            set.leave();
        }
        return findAny(token, (file, offset, recordBytes) -> reader.valueIfKeyOrNull(file, offset, recordBytes, key));
    }

    @Nullable
    StoredRecord recordOrNull(long token, MemorySegment key) {
        return find(token, (file, offset, recordBytes) -> reader.recordIfKeyOrNull(file, offset, recordBytes, key));
    }

    /** The key's version, 0 when it has no value. */
    long version(long token, MemorySegment key) {
        Long version = find(token, (file, offset, recordBytes) -> {
            long found = reader.versionIfKey(file, offset, recordBytes, key);
            return found == RecordReader.NO_MATCH ? null : Long.valueOf(found);
        });
        return version == null ? 0 : version;
    }

    /** Bytes of the largest record of a token, 0 when there is none. */
    int recordBytesMax(long token) {
        KeydirEntry entry = keydir.findOnly(token);
        if (entry.isNone() || entry.fileId() != 0) {
            return entry.recordBytes();
        }
        Places places = takePlaces();
        try {
            int found = keydir.find(token, places);
            int largest = 0;
            for (int i = 0; i < found; i++) {
                largest = Math.max(largest, places.recordBytes(i));
            }
            return largest;
        } finally {
            give(places);
        }
    }

    private <T> @Nullable T find(long token, Read<T> read) {
        // Almost every token has one entry or none, and what it takes to find that leaves nothing behind.
        DataFileSet set = files.enter();
        try {
            KeydirEntry entry = keydir.findOnly(token);
            if (entry.isNone()) {
                return null;
            }
            DataFile file = set.fileOrNull(entry.fileId());
            if (file != null) {
                return read.orNull(file, entry.offset(), entry.recordBytes());
            }
        } finally {
            set.leave();
        }
        return findAny(token, read);
    }

    private <T> @Nullable T findAny(long token, Read<T> read) {
        Places places = takePlaces();
        try {
            while (true) {
                // The set first, the keydir then: a file that the keydir points at is in this set or in a newer one.
                DataFileSet set = files.enter();
                try {
                    int found = keydir.find(token, places);
                    if (set.hold(places, 0, found)) {
                        return readAny(set, places, found, read);
                    }
                } finally {
                    set.leave();
                }
            }
        } finally {
            give(places);
        }
    }

    private Places takePlaces() {
        Places pooled = pool.poll();
        return pooled != null ? pooled : new Places();
    }

    private void give(Places places) {
        // A full pool declines, and the buffer is collected.
        var _ = pool.offer(places);
    }

    /** From the last to the first: among records of one key that were not checked yet the last one stands. */
    private static <T> @Nullable T readAny(DataFileSet set, Places places, int found, Read<T> read) {
        for (int i = found - 1; i >= 0; i--) {
            DataFile file = set.fileOrNull(places.fileId(i));
            T result = file == null ? null : read.orNull(file, places.offset(i), places.recordBytes(i));
            if (result != null) {
                return result;
            }
        }
        return null;
    }
}

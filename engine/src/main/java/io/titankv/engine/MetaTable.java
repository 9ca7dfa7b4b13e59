package io.titankv.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The owner's metadata, in memory. One writer, excluded by the engine; any readers. */
final class MetaTable {
    /** A piece of metadata and where its record lies. Immutable: the array is never changed or handed out. */
    static final class Entry {
        private final byte[] value;
        private final DataFile file;
        private final long offset;
        private final int recordBytes;

        /** The array becomes the entry's own. */
        Entry(byte[] value, DataFile file, long offset, int recordBytes) {
            this.value = value;
            this.file = file;
            this.offset = offset;
            this.recordBytes = recordBytes;
        }

        boolean isAt(long fileId, long otherOffset) {
            return file.fileId() == fileId && offset == otherOffset;
        }

        Entry movedTo(DataFile newFile, long newOffset) {
            return new Entry(value, newFile, newOffset, recordBytes);
        }
    }

    private final ConcurrentSkipListMap<String, Entry> entries = new ConcurrentSkipListMap<>();

    void put(String name, Entry entry) {
        Entry old = entries.put(name, entry);
        if (old != null) {
            old.file.liveBytes().addAndGet(-old.recordBytes);
        }
        entry.file.liveBytes().addAndGet(entry.recordBytes);
    }

    void remove(String name) {
        Entry old = entries.remove(name);
        if (old != null) {
            old.file.liveBytes().addAndGet(-old.recordBytes);
        }
    }

    @Nullable
    Entry entryOrNull(String name) {
        return entries.get(name);
    }

    byte @Nullable [] valueOrNull(String name) {
        Entry entry = entries.get(name);
        return entry == null ? null : entry.value.clone();
    }

    Map<String, byte[]> withPrefix(String prefix) {
        Map<String, byte[]> found = new LinkedHashMap<>();
        for (Map.Entry<String, Entry> entry : entries.tailMap(prefix, true).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            found.put(entry.getKey(), entry.getValue().value.clone());
        }
        return Collections.unmodifiableMap(found);
    }
}

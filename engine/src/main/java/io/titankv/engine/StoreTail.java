package io.titankv.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The unsealed end of a store: the active file, and the spare one once that has its end. What the spare file holds counts only while
 * the active one is whole; otherwise a power loss took what comes before it.
 *
 * @param read what was read, in the order of the log: one file or two
 * @param spare the spare file when nothing in it counts
 */
record StoreTail(List<TailRecovery.Outcome> read, @Nullable DataFile spare) {
    StoreTail {
        read = List.copyOf(read);
    }

    /** How the files of a tail are opened, and what is done to each that counts. */
    interface Reading {
        DataFile open(long fileId) throws IOException;

        TailRecovery.Outcome read(DataFile file, EntryPosition before, long syncedBytes) throws IOException;

        /** See {@link SyncMark#syncedBytes}. */
        long syncedBytes(long fileId) throws IOException;
    }

    /** Reads the tail of a store that has an active file. */
    static StoreTail of(Manifest manifest, Reading reading) throws IOException {
        List<TailRecovery.Outcome> read = new ArrayList<>();
        DataFile active = reading.open(manifest.activeFileId());
        TailRecovery.Outcome first =
                reading.read(active, manifest.applied(), reading.syncedBytes(manifest.activeFileId()));
        read.add(first);
        if (manifest.spareFileId() == Manifest.NO_FILE) {
            if (first.hasEnd()) {
                throw new CorruptDataException(
                        "data file has an end, but the manifest names none behind it",
                        active.path(),
                        first.active().bytes());
            }
            return new StoreTail(read, null);
        }
        DataFile spare = reading.open(manifest.spareFileId());
        long spareSyncedBytes = reading.syncedBytes(manifest.spareFileId());
        if (first.hasEnd()) {
            read.add(reading.read(spare, first.applied(), spareSyncedBytes));
            return new StoreTail(read, null);
        }
        if (spareSyncedBytes > 0) {
            throw new CorruptDataException(
                    "bad record in a data file behind which another one had been synced",
                    active.path(),
                    first.active().bytes());
        }
        return new StoreTail(read, spare);
    }

    /** The file that is written on. */
    TailRecovery.Outcome last() {
        return read.getLast();
    }

    /** Whether the spare file holds records of a log that was cut before it. */
    boolean hasCutOffSpare() throws IOException {
        return spare != null && spare.file().size() > DataFileHeader.BYTES;
    }

    long bytesCut() throws IOException {
        long bytes = read.stream().mapToLong(TailRecovery.Outcome::bytesCut).sum();
        return spare != null ? bytes + spare.file().size() - DataFileHeader.BYTES : bytes;
    }
}

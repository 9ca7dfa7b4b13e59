package io.titankv.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Remembers how much of the active data file is known to have survived an fsync, so that recovery can tell a torn tail (behind the
 * mark: cut it) from rot (before it: an error).
 *
 * <p>The mark is written after each fsync of the data, itself without one: after a power loss it may be older than the truth, never
 * ahead of it. Confined to whoever holds the sync lock.
 */
final class SyncMark implements AutoCloseable {
    private final FileStore.File file;
    private final ByteBuffer slot = SyncMarkFormat.newBuffer();
    private int nextSlot;

    private SyncMark(FileStore.File file) {
        this.file = file;
    }

    static SyncMark open(FileStore store, Path directory) throws IOException {
        Path path = directory.resolve(FileNames.SYNC_MARK);
        return new SyncMark(store.exists(path) ? store.openForWrite(path) : store.create(path));
    }

    /** Opens a mark that exists, to look at it. */
    static SyncMark openForRead(FileStore store, Path directory) throws IOException {
        return new SyncMark(store.openForRead(directory.resolve(FileNames.SYNC_MARK)));
    }

    /** How much of the file was synced for certain, 0 when nothing is known. */
    long syncedBytes(long fileId) throws IOException {
        long synced = 0;
        for (int i = 0; i < SyncMarkFormat.SLOTS; i++) {
            int available = file.read((long) i * SyncMarkFormat.SLOT_STRIDE, slot.clear());
            long inSlot = SyncMarkFormat.syncedBytes(slot, available, fileId);
            if (inSlot > synced) {
                synced = inSlot;
                nextSlot = 1 - i;
            }
        }
        return synced;
    }

    void write(long fileId, long syncedBytes) throws IOException {
        SyncMarkFormat.encode(slot.clear(), fileId, syncedBytes);
        file.write((long) nextSlot * SyncMarkFormat.SLOT_STRIDE, slot);
        nextSlot = 1 - nextSlot;
    }

    void force() throws IOException {
        file.force();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

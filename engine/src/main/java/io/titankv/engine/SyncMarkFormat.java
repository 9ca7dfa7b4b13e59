package io.titankv.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One slot of the sync mark. Little-endian. The file has two slots, {@link #SLOT_STRIDE} apart, written in turn.
 *
 * <pre>
 *   offset  bytes  field
 *   0       8      magic: "TITANSYN"
 *   8       4      formatVersion: 1
 *   12      4      fileId of the active data file
 *   16      8      syncedBytes: so much of it survived an fsync
 *   24      4      zero
 *   28      4      crc32c of the bytes from 0 to 28
 * </pre>
 */
final class SyncMarkFormat {
    static final long MAGIC = FormatHeads.magic("TITANSYN");
    static final int FORMAT_VERSION = 1;
    static final int FILE_ID_OFFSET = FormatHeads.HEAD_BYTES;
    static final int SYNCED_BYTES_OFFSET = FILE_ID_OFFSET + Integer.BYTES;
    static final int ZERO_OFFSET = SYNCED_BYTES_OFFSET + Long.BYTES;
    static final int CRC_OFFSET = ZERO_OFFSET + Integer.BYTES;
    static final int BYTES = CRC_OFFSET + Integer.BYTES;

    /** Slots lie in different sectors, so that a torn write of one leaves the other. */
    static final int SLOT_STRIDE = 4096;

    static final int SLOTS = 2;

    private SyncMarkFormat() {}

    static ByteBuffer newBuffer() {
        return ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    static void encode(ByteBuffer buffer, long fileId, long syncedBytes) {
        FormatHeads.put(buffer, MAGIC, FORMAT_VERSION);
        buffer.putInt(FILE_ID_OFFSET, (int) fileId);
        buffer.putLong(SYNCED_BYTES_OFFSET, syncedBytes);
        buffer.putInt(ZERO_OFFSET, 0);
        buffer.putInt(CRC_OFFSET, RecordFormat.crc32c(buffer, 0, CRC_OFFSET));
    }

    /** The synced bytes of the file, 0 when the slot is torn or speaks of another file. */
    static long syncedBytes(ByteBuffer buffer, int available, long fileId) {
        boolean valid = FormatHeads.matches(buffer, available, BYTES, MAGIC, FORMAT_VERSION)
                && buffer.getInt(CRC_OFFSET) == RecordFormat.crc32c(buffer, 0, CRC_OFFSET)
                && Integer.toUnsignedLong(buffer.getInt(FILE_ID_OFFSET)) == fileId;
        return valid ? buffer.getLong(SYNCED_BYTES_OFFSET) : 0;
    }
}

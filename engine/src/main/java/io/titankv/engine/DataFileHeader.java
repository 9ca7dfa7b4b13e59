package io.titankv.engine;

import io.titankv.engine.EngineOptions.Owner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * The first bytes of a data file. Little-endian. Immutable.
 *
 * <pre>
 *   offset  bytes  field
 *   0       8      magic: "TITANDAT"
 *   8       4      formatVersion: 1
 *   12      4      fileId, unsigned
 *   16      8      clusterId
 *   24      4      groupNumber
 *   28      4      crc32c of the bytes from 0 to 28
 * </pre>
 */
record DataFileHeader(long fileId, Owner owner) {
    static final long MAGIC = FormatHeads.magic("TITANDAT");
    static final int FORMAT_VERSION = 1;

    static final int FILE_ID_OFFSET = FormatHeads.HEAD_BYTES;
    static final int CLUSTER_ID_OFFSET = FILE_ID_OFFSET + Integer.BYTES;
    static final int GROUP_NUMBER_OFFSET = CLUSTER_ID_OFFSET + Long.BYTES;
    static final int CRC_OFFSET = GROUP_NUMBER_OFFSET + Integer.BYTES;
    static final int BYTES = CRC_OFFSET + Integer.BYTES;

    ByteBuffer encode() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        FormatHeads.put(buffer, MAGIC, FORMAT_VERSION);
        buffer.putInt(FILE_ID_OFFSET, (int) fileId);
        buffer.putLong(CLUSTER_ID_OFFSET, owner.clusterId());
        buffer.putInt(GROUP_NUMBER_OFFSET, owner.groupNumber());
        buffer.putInt(CRC_OFFSET, RecordFormat.crc32c(buffer, 0, CRC_OFFSET));
        return buffer;
    }

    /** Reads a header; the buffer holds what could be read of the first {@link #BYTES} bytes. */
    static DataFileHeader decode(ByteBuffer buffer, int available, Path file) {
        FormatHeads.require(buffer, available, BYTES, MAGIC, FORMAT_VERSION, "data file", file);
        if (buffer.getInt(CRC_OFFSET) != RecordFormat.crc32c(buffer, 0, CRC_OFFSET)) {
            throw new CorruptDataException("data file header has a bad checksum", file, 0);
        }
        return new DataFileHeader(
                Integer.toUnsignedLong(buffer.getInt(FILE_ID_OFFSET)),
                new Owner(buffer.getLong(CLUSTER_ID_OFFSET), buffer.getInt(GROUP_NUMBER_OFFSET)));
    }

    /** Refuses a header that is not the one expected here. */
    void requireIs(long expectedId, Owner expectedOwner, Path file) {
        if (fileId != expectedId) {
            throw new CorruptDataException("data file is another one, its header says id " + fileId, file, 0);
        }
        FormatHeads.requireOwner(owner, expectedOwner, file);
    }
}

package io.titankv.engine;

import io.titankv.engine.EngineOptions.Owner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The manifest. Little-endian.
 *
 * <pre>
 *   offset  bytes  field
 *   0       8      magic: "TITANMAN"
 *   8       4      formatVersion: 2
 *   12      4      sealed files
 *   16      8      clusterId
 *   24      4      groupNumber
 *   28      4      activeFileId, 0 for none
 *   32      8      nextFileId
 *   40      8      applied term
 *   48      8      applied index, -1 for none
 *   56      4      spareFileId, 0 for none; not in version 1, in which all after it is 8 bytes nearer
 *   60      4      0
 *   64      56 each, one for each sealed file, in order of id:
 *           0      4      fileId
 *           4      4      crc32c of the whole data file
 *           8      8      bytes of the data file
 *           16     8      records
 *           24     8      valueIndexMin, 2^63-1 for none
 *           32     8      graveIndexMax, -1 for none
 *           40     8      graves
 *           48     8      graveBytes
 *   ..      4      crc32c of everything before
 * </pre>
 */
final class ManifestFormat {
    static final long MAGIC = FormatHeads.magic("TITANMAN");
    static final int FORMAT_VERSION = 2;

    static final int FILES_OFFSET = FormatHeads.HEAD_BYTES;
    static final int CLUSTER_ID_OFFSET = FILES_OFFSET + Integer.BYTES;
    static final int GROUP_NUMBER_OFFSET = CLUSTER_ID_OFFSET + Long.BYTES;
    static final int ACTIVE_OFFSET = GROUP_NUMBER_OFFSET + Integer.BYTES;
    static final int NEXT_OFFSET = ACTIVE_OFFSET + Integer.BYTES;
    static final int TERM_OFFSET = NEXT_OFFSET + Long.BYTES;
    static final int INDEX_OFFSET = TERM_OFFSET + Long.BYTES;
    static final int SPARE_OFFSET = INDEX_OFFSET + Long.BYTES;
    static final int HEADER_BYTES = SPARE_OFFSET + 2 * Integer.BYTES;
    private static final int HEADER_BYTES_OF_1 = SPARE_OFFSET;

    static final int FILE_ID_OFFSET = 0;
    static final int FILE_CRC_OFFSET = FILE_ID_OFFSET + Integer.BYTES;
    static final int FILE_BYTES_OFFSET = FILE_CRC_OFFSET + Integer.BYTES;
    static final int RECORDS_OFFSET = FILE_BYTES_OFFSET + Long.BYTES;
    static final int VALUE_INDEX_MIN_OFFSET = RECORDS_OFFSET + Long.BYTES;
    static final int GRAVE_INDEX_MAX_OFFSET = VALUE_INDEX_MIN_OFFSET + Long.BYTES;
    static final int GRAVES_OFFSET = GRAVE_INDEX_MAX_OFFSET + Long.BYTES;
    static final int GRAVE_BYTES_OFFSET = GRAVES_OFFSET + Long.BYTES;
    static final int FILE_ENTRY_BYTES = GRAVE_BYTES_OFFSET + Long.BYTES;

    /** Far more files than a store should have; a bound for what is read into memory. */
    static final int FILES_MAX = 1 << 20;

    private ManifestFormat() {}

    static ByteBuffer encode(Manifest manifest) {
        Invariants.checkAtMost(manifest.sealed().size(), FILES_MAX, "the number of data files is bounded");
        int crcAt = HEADER_BYTES + manifest.sealed().size() * FILE_ENTRY_BYTES;
        ByteBuffer buffer = ByteBuffer.allocateDirect(crcAt + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        FormatHeads.put(buffer, MAGIC, FORMAT_VERSION);
        buffer.putInt(FILES_OFFSET, manifest.sealed().size());
        buffer.putLong(CLUSTER_ID_OFFSET, manifest.owner().clusterId());
        buffer.putInt(GROUP_NUMBER_OFFSET, manifest.owner().groupNumber());
        buffer.putInt(ACTIVE_OFFSET, (int) manifest.activeFileId());
        buffer.putLong(NEXT_OFFSET, manifest.nextFileId());
        buffer.putLong(TERM_OFFSET, manifest.applied().term());
        buffer.putLong(INDEX_OFFSET, manifest.applied().index());
        buffer.putInt(SPARE_OFFSET, (int) manifest.spareFileId());
        int at = HEADER_BYTES;
        for (SealedFile file : manifest.sealed()) {
            buffer.putInt(at + FILE_ID_OFFSET, (int) file.fileId());
            buffer.putInt(at + FILE_CRC_OFFSET, file.crc32c());
            buffer.putLong(at + FILE_BYTES_OFFSET, file.bytes());
            buffer.putLong(at + RECORDS_OFFSET, file.records());
            buffer.putLong(at + VALUE_INDEX_MIN_OFFSET, file.valueIndexMin());
            buffer.putLong(at + GRAVE_INDEX_MAX_OFFSET, file.graveIndexMax());
            buffer.putLong(at + GRAVES_OFFSET, file.graves());
            buffer.putLong(at + GRAVE_BYTES_OFFSET, file.graveBytes());
            at += FILE_ENTRY_BYTES;
        }
        buffer.putInt(crcAt, RecordFormat.crc32c(buffer, 0, crcAt));
        return buffer;
    }

    /** Reads a manifest from the whole file's bytes. */
    static Manifest decode(ByteBuffer buffer, int available, Path file) {
        FormatHeads.require(
                buffer, available, HEADER_BYTES_OF_1 + Integer.BYTES, MAGIC, FORMAT_VERSION, "manifest", file);
        boolean is1 = buffer.getInt(FormatHeads.VERSION_OFFSET) == 1;
        int headerBytes = is1 ? HEADER_BYTES_OF_1 : HEADER_BYTES;
        int files = buffer.getInt(FILES_OFFSET);
        int crcAt = headerBytes + files * FILE_ENTRY_BYTES;
        if (files < 0 || files > FILES_MAX || available != crcAt + Integer.BYTES) {
            throw new CorruptDataException("manifest is not as long as it says", file, FILES_OFFSET);
        }
        if (buffer.getInt(crcAt) != RecordFormat.crc32c(buffer, 0, crcAt)) {
            throw new CorruptDataException("manifest has a bad checksum", file, crcAt);
        }
        List<SealedFile> sealed = new ArrayList<>(files);
        for (int at = headerBytes; at < crcAt; at += FILE_ENTRY_BYTES) {
            sealed.add(new SealedFile(
                    Integer.toUnsignedLong(buffer.getInt(at + FILE_ID_OFFSET)),
                    buffer.getLong(at + FILE_BYTES_OFFSET),
                    buffer.getInt(at + FILE_CRC_OFFSET),
                    buffer.getLong(at + RECORDS_OFFSET),
                    buffer.getLong(at + VALUE_INDEX_MIN_OFFSET),
                    buffer.getLong(at + GRAVE_INDEX_MAX_OFFSET),
                    buffer.getLong(at + GRAVES_OFFSET),
                    buffer.getLong(at + GRAVE_BYTES_OFFSET)));
        }
        return new Manifest(
                new Owner(buffer.getLong(CLUSTER_ID_OFFSET), buffer.getInt(GROUP_NUMBER_OFFSET)),
                Integer.toUnsignedLong(buffer.getInt(ACTIVE_OFFSET)),
                is1 ? Manifest.NO_FILE : Integer.toUnsignedLong(buffer.getInt(SPARE_OFFSET)),
                buffer.getLong(NEXT_OFFSET),
                new EntryPosition(buffer.getLong(TERM_OFFSET), buffer.getLong(INDEX_OFFSET)),
                sealed);
    }
}

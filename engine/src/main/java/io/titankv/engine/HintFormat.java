package io.titankv.engine;

import java.nio.ByteBuffer;

/**
 * A hint file: the index of one sealed data file. Little-endian.
 *
 * <pre>
 *   offset  bytes  field
 *   0       8      magic: "TITANHNT"
 *   8       4      formatVersion: 1
 *   12      4      fileId of the data file
 *   16      8      bytes of the data file
 *   24      4      crc32c of the whole data file
 *   28      4      entries
 *   32      8      bodyBytes
 *   40      4      crc32c of the body
 *   44      4      crc32c of the bytes from 0 to 44
 *   48      ..     body: entries
 *
 *   entry
 *   0       1      kind
 *   1       1      zero
 *   2       2      keyBytes, unsigned
 *   4       4      offset of the record in the data file
 *   8       4      recordBytes
 *   12      4      ordinal
 *   16      8      token
 *   24      8      version
 *   32      8      index
 *   40      ..     key; for a range drop its exclusive end, 8 bytes
 * </pre>
 *
 * <p>Entries are sorted: range drops, then metadata by name, then keys by (token, key), unsigned. Of the records of one key in the
 * data file only the one that stands among them is listed. So all hint files can be joined in one pass, and opening a store never
 * has to look at a key in a data file.
 */
final class HintFormat {
    static final long MAGIC = FormatHeads.magic("TITANHNT");
    static final int FORMAT_VERSION = 1;

    static final int FILE_ID_OFFSET = FormatHeads.HEAD_BYTES;
    static final int DATA_BYTES_OFFSET = FILE_ID_OFFSET + Integer.BYTES;
    static final int DATA_CRC_OFFSET = DATA_BYTES_OFFSET + Long.BYTES;
    static final int ENTRIES_OFFSET = DATA_CRC_OFFSET + Integer.BYTES;
    static final int BODY_BYTES_OFFSET = ENTRIES_OFFSET + Integer.BYTES;
    static final int BODY_CRC_OFFSET = BODY_BYTES_OFFSET + Long.BYTES;
    static final int HEADER_CRC_OFFSET = BODY_CRC_OFFSET + Integer.BYTES;
    static final int HEADER_BYTES = HEADER_CRC_OFFSET + Integer.BYTES;

    static final int KIND_OFFSET = 0;
    static final int ZERO_OFFSET = KIND_OFFSET + Byte.BYTES;
    static final int KEY_BYTES_OFFSET = ZERO_OFFSET + Byte.BYTES;
    static final int OFFSET_OFFSET = KEY_BYTES_OFFSET + Short.BYTES;
    static final int RECORD_BYTES_OFFSET = OFFSET_OFFSET + Integer.BYTES;
    static final int ORDINAL_OFFSET = RECORD_BYTES_OFFSET + Integer.BYTES;
    static final int TOKEN_OFFSET = ORDINAL_OFFSET + Integer.BYTES;
    static final int VERSION_OFFSET = TOKEN_OFFSET + Long.BYTES;
    static final int INDEX_OFFSET = VERSION_OFFSET + Long.BYTES;
    static final int ENTRY_HEADER_BYTES = INDEX_OFFSET + Long.BYTES;

    static final int ENTRY_BYTES_MAX = ENTRY_HEADER_BYTES + RecordFormat.KEY_BYTES_MAX;

    private HintFormat() {}

    /** What a hint file's header says. */
    record Header(long fileId, long dataBytes, int dataCrc, int entries, long bodyBytes, int bodyCrc) {}

    static void encodeHeader(ByteBuffer buffer, Header header) {
        FormatHeads.put(buffer, MAGIC, FORMAT_VERSION);
        buffer.putInt(FILE_ID_OFFSET, (int) header.fileId());
        buffer.putLong(DATA_BYTES_OFFSET, header.dataBytes());
        buffer.putInt(DATA_CRC_OFFSET, header.dataCrc());
        buffer.putInt(ENTRIES_OFFSET, header.entries());
        buffer.putLong(BODY_BYTES_OFFSET, header.bodyBytes());
        buffer.putInt(BODY_CRC_OFFSET, header.bodyCrc());
        buffer.putInt(HEADER_CRC_OFFSET, RecordFormat.crc32c(buffer, 0, HEADER_CRC_OFFSET));
    }

    /** Whether the buffer holds an intact header of this version. */
    static boolean headerIsIntact(ByteBuffer buffer, int available) {
        return FormatHeads.matches(buffer, available, HEADER_BYTES, MAGIC, FORMAT_VERSION)
                && buffer.getInt(HEADER_CRC_OFFSET) == RecordFormat.crc32c(buffer, 0, HEADER_CRC_OFFSET);
    }

    static Header decodeHeader(ByteBuffer buffer) {
        return new Header(
                Integer.toUnsignedLong(buffer.getInt(FILE_ID_OFFSET)),
                buffer.getLong(DATA_BYTES_OFFSET),
                buffer.getInt(DATA_CRC_OFFSET),
                buffer.getInt(ENTRIES_OFFSET),
                buffer.getLong(BODY_BYTES_OFFSET),
                buffer.getInt(BODY_CRC_OFFSET));
    }

    /** Writes an entry at {@code at}, returns its length. */
    static int encodeEntry(ByteBuffer buffer, int at, HintCursor entry) {
        buffer.put(at + KIND_OFFSET, entry.kind().code());
        buffer.put(at + ZERO_OFFSET, (byte) 0);
        buffer.putShort(at + KEY_BYTES_OFFSET, (short) entry.keyLength());
        buffer.putInt(at + OFFSET_OFFSET, (int) entry.offset());
        buffer.putInt(at + RECORD_BYTES_OFFSET, entry.recordBytes());
        buffer.putInt(at + ORDINAL_OFFSET, entry.ordinal());
        buffer.putLong(at + TOKEN_OFFSET, entry.token());
        buffer.putLong(at + VERSION_OFFSET, entry.version());
        buffer.putLong(at + INDEX_OFFSET, entry.index());
        buffer.put(at + ENTRY_HEADER_BYTES, entry.keyBase(), entry.keyOffset(), entry.keyLength());
        return ENTRY_HEADER_BYTES + entry.keyLength();
    }
}

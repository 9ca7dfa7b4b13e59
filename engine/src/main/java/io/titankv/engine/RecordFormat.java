package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One record of a data file. Little-endian. Buffers given to this class are in that order.
 *
 * <pre>
 *   offset  bytes  field
 *   0       4      headCrc: crc32c of the bytes from 4 to the key's end
 *   4       4      valueCrc: crc32c of the value
 *   8       1      kind
 *   9       1      flags: 1 last record of its entry, 2 an expiry is present
 *   10      2      keyBytes, unsigned
 *   12      4      valueBytes
 *   16      8      token
 *   24      8      version
 *   32      8      term
 *   40      8      index
 *   48      4      ordinal: the record's number in its entry, from 0
 *   52      8      expiry, milliseconds since 1970, only with flag 2 (not written yet)
 *   52|60   ..     key, then value
 * </pre>
 *
 * <p>Two checksums, so that a read which wants the key and the version only can still trust them without reading the value. A range
 * drop has no key; its value is the exclusive end of the range, 8 bytes.
 */
final class RecordFormat {
    static final int HEAD_CRC_OFFSET = 0;
    static final int VALUE_CRC_OFFSET = HEAD_CRC_OFFSET + Integer.BYTES;
    static final int KIND_OFFSET = VALUE_CRC_OFFSET + Integer.BYTES;
    static final int FLAGS_OFFSET = KIND_OFFSET + Byte.BYTES;
    static final int KEY_BYTES_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    static final int VALUE_BYTES_OFFSET = KEY_BYTES_OFFSET + Short.BYTES;
    static final int TOKEN_OFFSET = VALUE_BYTES_OFFSET + Integer.BYTES;
    static final int VERSION_OFFSET = TOKEN_OFFSET + Long.BYTES;
    static final int TERM_OFFSET = VERSION_OFFSET + Long.BYTES;
    static final int INDEX_OFFSET = TERM_OFFSET + Long.BYTES;
    static final int ORDINAL_OFFSET = INDEX_OFFSET + Long.BYTES;
    static final int HEADER_BYTES = ORDINAL_OFFSET + Integer.BYTES;
    static final int EXPIRY_BYTES = Long.BYTES;

    static final int FLAG_END_OF_ENTRY = 1;
    static final int FLAG_EXPIRY = 2;
    private static final int FLAGS_KNOWN = FLAG_END_OF_ENTRY | FLAG_EXPIRY;

    /** What two bytes can say. */
    static final int KEY_BYTES_MAX = 0xFFFF;

    /** A bound that keeps every length an int; far over the 16 MiB that the API allows. */
    static final int VALUE_BYTES_MAX = 256 << 20;

    /** The value of a range drop: its exclusive end. */
    static final int RANGE_END_BYTES = Long.BYTES;

    private RecordFormat() {}

    /** What names a record besides its key and value. */
    record Stamp(long version, EntryPosition position, int ordinal) {}

    static int recordBytes(long keyBytes, long valueBytes) {
        return Math.toIntExact(HEADER_BYTES + keyBytes + valueBytes);
    }

    /** Writes a record at {@code at}; {@code bytes} is a view of all of {@code buffer}. */
    static int encode(
            ByteBuffer buffer,
            MemorySegment bytes,
            int at,
            RecordKind kind,
            boolean endOfEntry,
            long token,
            Stamp stamp,
            MemorySegment key,
            MemorySegment value) {
        int keyBytes = (int) key.byteSize();
        int valueBytes = (int) value.byteSize();
        buffer.put(at + KIND_OFFSET, kind.code());
        buffer.put(at + FLAGS_OFFSET, (byte) (endOfEntry ? FLAG_END_OF_ENTRY : 0));
        buffer.putShort(at + KEY_BYTES_OFFSET, (short) keyBytes);
        buffer.putInt(at + VALUE_BYTES_OFFSET, valueBytes);
        buffer.putLong(at + TOKEN_OFFSET, token);
        buffer.putLong(at + VERSION_OFFSET, stamp.version());
        buffer.putLong(at + TERM_OFFSET, stamp.position().term());
        buffer.putLong(at + INDEX_OFFSET, stamp.position().index());
        buffer.putInt(at + ORDINAL_OFFSET, stamp.ordinal());
        int keyAt = at + HEADER_BYTES;
        int valueAt = keyAt + keyBytes;
        MemorySegment.copy(key, 0, bytes, keyAt, keyBytes);
        MemorySegment.copy(value, 0, bytes, valueAt, valueBytes);
        buffer.putInt(at + VALUE_CRC_OFFSET, crc32c(buffer, valueAt, valueAt + valueBytes));
        buffer.putInt(at + HEAD_CRC_OFFSET, crc32c(buffer, at + VALUE_CRC_OFFSET, valueAt));
        return valueAt + valueBytes - at;
    }

    static RecordKind kind(ByteBuffer buffer, int at) {
        return RecordKind.ofCode(buffer.get(at + KIND_OFFSET));
    }

    static boolean isEndOfEntry(ByteBuffer buffer, int at) {
        return (buffer.get(at + FLAGS_OFFSET) & FLAG_END_OF_ENTRY) != 0;
    }

    static int keyBytes(ByteBuffer buffer, int at) {
        return Short.toUnsignedInt(buffer.getShort(at + KEY_BYTES_OFFSET));
    }

    static int valueBytes(ByteBuffer buffer, int at) {
        return buffer.getInt(at + VALUE_BYTES_OFFSET);
    }

    static long token(ByteBuffer buffer, int at) {
        return buffer.getLong(at + TOKEN_OFFSET);
    }

    static long version(ByteBuffer buffer, int at) {
        return buffer.getLong(at + VERSION_OFFSET);
    }

    static long term(ByteBuffer buffer, int at) {
        return buffer.getLong(at + TERM_OFFSET);
    }

    static long index(ByteBuffer buffer, int at) {
        return buffer.getLong(at + INDEX_OFFSET);
    }

    static int ordinal(ByteBuffer buffer, int at) {
        return buffer.getInt(at + ORDINAL_OFFSET);
    }

    static Stamp stamp(ByteBuffer buffer, int at) {
        return new Stamp(
                version(buffer, at), new EntryPosition(term(buffer, at), index(buffer, at)), ordinal(buffer, at));
    }

    /** Bytes before the key. */
    static int headerBytes(ByteBuffer buffer, int at) {
        return (buffer.get(at + FLAGS_OFFSET) & FLAG_EXPIRY) != 0 ? HEADER_BYTES + EXPIRY_BYTES : HEADER_BYTES;
    }

    static int keyOffset(ByteBuffer buffer, int at) {
        return at + headerBytes(buffer, at);
    }

    static int valueOffset(ByteBuffer buffer, int at) {
        return keyOffset(buffer, at) + keyBytes(buffer, at);
    }

    static int recordBytes(ByteBuffer buffer, int at) {
        return headerBytes(buffer, at) + keyBytes(buffer, at) + valueBytes(buffer, at);
    }

    /** Whether the fields of a header could have been written by this version; needs {@link #HEADER_BYTES} bytes. */
    static boolean headerIsPlausible(ByteBuffer buffer, int at) {
        int valueBytes = valueBytes(buffer, at);
        return RecordKind.isCode(buffer.get(at + KIND_OFFSET))
                && (buffer.get(at + FLAGS_OFFSET) & ~FLAGS_KNOWN) == 0
                && valueBytes >= 0
                && valueBytes <= VALUE_BYTES_MAX
                && index(buffer, at) >= 0
                && ordinal(buffer, at) >= 0;
    }

    /** Whether header and key are what was written; needs them whole, behind a plausible header. */
    static boolean headIsIntact(ByteBuffer buffer, int at) {
        return buffer.getInt(at + HEAD_CRC_OFFSET) == crc32c(buffer, at + VALUE_CRC_OFFSET, valueOffset(buffer, at));
    }

    /** Whether the value is what was written; needs it whole, behind an intact head. */
    static boolean valueIsIntact(ByteBuffer buffer, int at) {
        int valueAt = valueOffset(buffer, at);
        return buffer.getInt(at + VALUE_CRC_OFFSET) == crc32c(buffer, valueAt, valueAt + valueBytes(buffer, at));
    }

    /** The checksum of the bytes between two positions of a buffer; the buffer's own position and limit come back as they were. */
    static int crc32c(ByteBuffer buffer, int startInclusive, int endExclusive) {
        CRC32C crc = new CRC32C();
        update(crc, buffer, startInclusive, endExclusive);
        return (int) crc.getValue();
    }

    static void update(CRC32C crc, ByteBuffer buffer, int startInclusive, int endExclusive) {
        int position = buffer.position();
        int limit = buffer.limit();
        buffer.limit(endExclusive).position(startInclusive);
        crc.update(buffer);
        buffer.limit(limit).position(position);
    }
}

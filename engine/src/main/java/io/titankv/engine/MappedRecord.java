package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A record in a data file's view, read where it lies. Nothing of it is believed that was not checked: lengths against the keydir's, the
 * key against the one that is asked for, the rest by checksums. Bytes are copied before they are summed, so that what is returned is
 * what was checked.
 *
 * @param view the file's bytes
 * @param at where the record begins
 * @param recordBytes its length as the keydir knows it; the view holds all of them
 */
record MappedRecord(DataFile file, MemorySegment view, long at, int recordBytes) {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The record at a place of the file, null when the place is not in memory as a whole. */
    static @Nullable MappedRecord orNull(DataFile file, long offset, int recordBytes) {
        MemorySegment view = file.file().viewOrNull();
        return view == null || offset + recordBytes > view.byteSize() || recordBytes < RecordFormat.HEADER_BYTES
                ? null
                : new MappedRecord(file, view, offset, recordBytes);
    }

    /** Whether the key is this one; when it is not, that has been checked. */
    boolean isOf(MemorySegment key) {
        int keyBytes = keyBytes();
        long keyAt = at + headerBytes();
        boolean same = keyBytes == key.byteSize()
                && keyAt + keyBytes <= at + recordBytes
                && MemorySegment.mismatch(view, keyAt, keyAt + keyBytes, key, 0, keyBytes) < 0;
        if (!same) {
            requireIntactHead();
        }
        return same;
    }

    /** Throws unless header and key are what was written. */
    void requireIntactHead() {
        int headBytes = headerBytes() + keyBytes();
        int valueBytes = valueBytes();
        if (valueBytes < 0 || headBytes + (long) valueBytes != recordBytes) {
            throw bad("record has a bad checksum");
        }
        byte[] head = new byte[headBytes - RecordFormat.VALUE_CRC_OFFSET];
        MemorySegment.copy(view, ValueLayout.JAVA_BYTE, at + RecordFormat.VALUE_CRC_OFFSET, head, 0, head.length);
        if (crc32c(head) != view.get(INT, at + RecordFormat.HEAD_CRC_OFFSET)) {
            throw bad("record has a bad checksum");
        }
    }

    /** The value's bytes, checked. Its length is vouched for by the keydir, so the head need not be intact. */
    byte[] value() {
        int valueBytes = valueBytes();
        if (valueBytes < 0 || headerBytes() + keyBytes() + (long) valueBytes != recordBytes) {
            throw bad("record has a bad checksum");
        }
        byte[] value = new byte[valueBytes];
        MemorySegment.copy(view, ValueLayout.JAVA_BYTE, at + recordBytes - valueBytes, value, 0, valueBytes);
        if (crc32c(value) != view.get(INT, at + RecordFormat.VALUE_CRC_OFFSET)) {
            throw bad("value has a bad checksum");
        }
        return value;
    }

    byte[] key() {
        byte[] key = new byte[keyBytes()];
        MemorySegment.copy(view, ValueLayout.JAVA_BYTE, at + headerBytes(), key, 0, key.length);
        return key;
    }

    long token() {
        return view.get(LONG, at + RecordFormat.TOKEN_OFFSET);
    }

    long version() {
        return view.get(LONG, at + RecordFormat.VERSION_OFFSET);
    }

    EntryPosition position() {
        return new EntryPosition(
                view.get(LONG, at + RecordFormat.TERM_OFFSET), view.get(LONG, at + RecordFormat.INDEX_OFFSET));
    }

    int valueBytes() {
        return view.get(INT, at + RecordFormat.VALUE_BYTES_OFFSET);
    }

    private int keyBytes() {
        return Short.toUnsignedInt(view.get(SHORT, at + RecordFormat.KEY_BYTES_OFFSET));
    }

    private int headerBytes() {
        byte flags = view.get(ValueLayout.JAVA_BYTE, at + RecordFormat.FLAGS_OFFSET);
        return (flags & RecordFormat.FLAG_EXPIRY) != 0
                ? RecordFormat.HEADER_BYTES + RecordFormat.EXPIRY_BYTES
                : RecordFormat.HEADER_BYTES;
    }

    private static int crc32c(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }

    private CorruptDataException bad(String what) {
        return new CorruptDataException(what, file.path(), at);
    }
}

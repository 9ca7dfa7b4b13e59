package io.titankv.multiraft.host;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a log segment as Ratis 3.3.0 writes them.
 *
 * <pre>
 *   "RaftLog1"                     8 bytes, once
 *   record*:
 *     length of the entry          varint, 1 to 5 bytes, never 0
 *     entry                        LogEntryProto: term (tag 0x08), index (tag 0x10), ...
 *     crc32c                       4 bytes, big-endian, of length and entry
 *   0x00*                          room not yet written
 * </pre>
 */
final class LogRecordFormat {
    static final byte[] HEADER = "RaftLog1".getBytes(US_ASCII);
    static final int CRC_BYTES = 4;
    private static final int LENGTH_BYTES_MAX = 5;
    private static final byte TERM_TAG = 0x08;
    private static final byte INDEX_TAG = 0x10;

    private LogRecordFormat() {}

    /** A whole record, at a place where one was found. */
    record Found(long term, long index, int bytes) {}

    static boolean hasHeader(ByteBuffer file) {
        return file.limit() >= HEADER.length && ByteBuffer.wrap(HEADER).equals(file.slice(0, HEADER.length));
    }

    /** The record at {@code position}, or null when there is no whole one with a right checksum. */
    static @Nullable Found recordAtOrNull(ByteBuffer file, int position) {
        ByteBuffer bytes = file.duplicate().position(position);
        int entryBytes = length(bytes);
        if (entryBytes <= 0 || bytes.remaining() < (long) entryBytes + CRC_BYTES) {
            return null;
        }
        int entryStart = bytes.position();
        CRC32C crc = new CRC32C();
        crc.update(file.duplicate().position(position).limit(entryStart + entryBytes));
        if ((int) crc.getValue() != file.getInt(entryStart + entryBytes)) {
            return null;
        }
        try {
            LogEntryProto entry = LogEntryProto.parseFrom(file.slice(entryStart, entryBytes));
            return new Found(entry.getTerm(), entry.getIndex(), entryStart + entryBytes + CRC_BYTES - position);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    /** Whether a record of an entry after {@code afterIndex} may begin here: a cheap look before the checksum is computed. */
    static boolean mayBeginAt(ByteBuffer file, int position, long afterIndex) {
        if (file.get(position) == 0) {
            return false;
        }
        ByteBuffer bytes = file.duplicate().position(position);
        int entryBytes = length(bytes);
        if (entryBytes <= 0 || bytes.remaining() < (long) entryBytes + CRC_BYTES || bytes.get() != TERM_TAG) {
            return false;
        }
        skipVarint(bytes);
        if (!bytes.hasRemaining() || bytes.get() != INDEX_TAG) {
            return false;
        }
        long index = varint(bytes, 10);
        // More entries than one segment can hold do not lie in between.
        return index > afterIndex && index - afterIndex < file.limit();
    }

    /** Where the zeros begin that reach to the end. */
    static int endOfWritten(ByteBuffer file, int from) {
        int end = file.limit();
        while (end > from && file.get(end - 1) == 0) {
            end--;
        }
        return end;
    }

    private static int length(ByteBuffer bytes) {
        long length = varint(bytes, LENGTH_BYTES_MAX);
        return length > Integer.MAX_VALUE ? -1 : (int) length;
    }

    private static void skipVarint(ByteBuffer bytes) {
        varint(bytes, 10);
    }

    /** -1 when it is no varint of at most so many bytes. */
    private static long varint(ByteBuffer bytes, int bytesMax) {
        long value = 0;
        for (int i = 0; i < bytesMax && bytes.hasRemaining(); i++) {
            byte next = bytes.get();
            value |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        return -1;
    }
}

package io.titankv.engine;

import io.titankv.engine.EngineOptions.Owner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What every file of an engine begins with, little-endian: 8 bytes of magic, then the format's version in 4.
 *
 * <p>A version newer than this build knows is refused, whatever else the file says.
 */
final class FormatHeads {
    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    static final int HEAD_BYTES = VERSION_OFFSET + Integer.BYTES;

    private FormatHeads() {}

    /** Eight letters as they lie in the file. */
    static long magic(String letters) {
        byte[] bytes = letters.getBytes(StandardCharsets.US_ASCII);
        Invariants.check(bytes.length == Long.BYTES, "a magic has eight letters");
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    static void put(ByteBuffer buffer, long magic, int formatVersion) {
        buffer.putLong(MAGIC_OFFSET, magic);
        buffer.putInt(VERSION_OFFSET, formatVersion);
    }

    /** Whether the buffer begins as a file of this kind and version. */
    static boolean matches(ByteBuffer buffer, int available, int needed, long magic, int formatVersion) {
        return available >= needed
                && buffer.getLong(MAGIC_OFFSET) == magic
                && buffer.getInt(VERSION_OFFSET) == formatVersion;
    }

    /** Refuses a file that is short, of another kind, or newer than this build. */
    static void require(
            ByteBuffer buffer, int available, int needed, long magic, int newestVersion, String what, Path file) {
        if (available >= HEAD_BYTES && buffer.getLong(MAGIC_OFFSET) != magic) {
            throw new CorruptDataException(what + " does not begin with its magic number", file, MAGIC_OFFSET);
        }
        if (available >= HEAD_BYTES && buffer.getInt(VERSION_OFFSET) > newestVersion) {
            throw new StorageException(
                    what + " has format version " + buffer.getInt(VERSION_OFFSET) + ", this build knows up to "
                            + newestVersion,
                    file,
                    null);
        }
        if (available < needed) {
            throw new CorruptDataException(what + " is shorter than its header", file, available);
        }
        if (buffer.getInt(VERSION_OFFSET) < 1) {
            throw new CorruptDataException(what + " has an unknown format version", file, VERSION_OFFSET);
        }
    }

    static void requireOwner(Owner actual, Owner expected, Path file) {
        if (!actual.equals(expected)) {
            throw new StorageException(
                    "file belongs to cluster " + Long.toUnsignedString(actual.clusterId()) + " group "
                            + actual.groupNumber() + ", not to cluster "
                            + Long.toUnsignedString(expected.clusterId()) + " group " + expected.groupNumber(),
                    file,
                    null);
        }
    }
}

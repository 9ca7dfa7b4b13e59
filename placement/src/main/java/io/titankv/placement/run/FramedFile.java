package io.titankv.placement.run;

import com.google.protobuf.ByteString;
import io.titankv.placement.state.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A small file with a checked payload. Little-endian.
 *
 * <pre>
 *   offset  bytes  field
 *   0       8      magic, ASCII
 *   8       4      format version
 *   12      4      payloadBytes
 *   16      4      crc32c of bytes 0 .. 15 and of the payload
 *   20      ..     payload
 * </pre>
 *
 * @param magic eight characters that say which kind of file it is
 * @param version the version that is written, and the newest that is read; the oldest is 1
 */
record FramedFile(String magic, int version) {
    /** {@code node.identity}: {@code NodeIdentity}. 2: says that the placement replica was given away. */
    static final FramedFile IDENTITY = new FramedFile("TITANNID", 2);

    /** {@code placement.state}: {@code PlacementSnapshot}. 2: operations, intents, members under way. 3: range transfers. */
    static final FramedFile STATE = new FramedFile("TITANPLS", 3);

    /** {@code placement.cache}: {@code PlacementCache}. */
    static final FramedFile CACHE = new FramedFile("TITANPLC", 1);

    private static final int VERSION_OFFSET = 8;
    private static final int LENGTH_OFFSET = 12;
    private static final int CRC_OFFSET = 16;
    private static final int HEADER_BYTES = 20;

    byte[] encode(ByteString payload) {
        ByteBuffer file = ByteBuffer.allocate(HEADER_BYTES + payload.size()).order(ByteOrder.LITTLE_ENDIAN);
        file.put(0, magic.getBytes(StandardCharsets.US_ASCII));
        file.putInt(VERSION_OFFSET, version);
        file.putInt(LENGTH_OFFSET, payload.size());
        file.put(HEADER_BYTES, payload.toByteArray());
        byte[] content = new byte[file.capacity()];
        file.get(0, content);
        file.putInt(CRC_OFFSET, crc(content));
        file.get(0, content);
        return content;
    }

    /**
     * The payload of a file.
     *
     * @throws DamagedFileException when the file is not what was written
     * @throws UnsupportedFormatException when a newer or an unknown version wrote it
     */
    ByteString decode(Path name, byte[] content) {
        ByteBuffer file = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        if (content.length < HEADER_BYTES
                || !new String(content, 0, VERSION_OFFSET, StandardCharsets.US_ASCII).equals(magic)) {
            throw new DamagedFileException(name, "does not begin with " + magic);
        }
        int found = file.getInt(VERSION_OFFSET);
        if (found < 1 || found > version) {
            throw new UnsupportedFormatException(name.toString(), found, version);
        }
        if (file.getInt(LENGTH_OFFSET) != content.length - HEADER_BYTES) {
            throw new DamagedFileException(
                    name,
                    "has " + (content.length - HEADER_BYTES) + " bytes of payload, not " + file.getInt(LENGTH_OFFSET));
        }
        if (file.getInt(CRC_OFFSET) != crc(content)) {
            throw new DamagedFileException(name, "fails its checksum");
        }
        return ByteString.copyFrom(content, HEADER_BYTES, content.length - HEADER_BYTES);
    }

    private static int crc(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content, 0, CRC_OFFSET);
        crc.update(content, HEADER_BYTES, content.length - HEADER_BYTES);
        return (int) crc.getValue();
    }
}

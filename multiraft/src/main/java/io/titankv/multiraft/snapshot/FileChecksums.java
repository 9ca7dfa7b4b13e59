package io.titankv.multiraft.snapshot;

import com.google.common.hash.Hashing;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * CRC-32C of bytes and of whole files, and a hash of their ends. The checksum finds damage, but does not tell files apart: those that
 * end with a CRC-32C of what stands before all have the same one. The end is where they differ. Stateless.
 */
public final class FileChecksums {
    private static final int READ_BYTES = 256 << 10;

    /** Bytes at a file's end that are hashed. */
    static final int TAIL_BYTES = 4096;

    private FileChecksums() {}

    /** FarmHash Fingerprint64 of the last {@link #TAIL_BYTES} bytes, or of all of a shorter file. */
    static long ofTail(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer tail = ByteBuffer.allocate((int) Math.min(size, TAIL_BYTES));
            while (tail.hasRemaining()) {
                if (channel.read(tail, size - tail.remaining()) < 0) {
                    throw new EOFException("the file became shorter: " + file);
                }
            }
            return Hashing.farmHashFingerprint64().hashBytes(tail.array()).asLong();
        }
    }

    /** Of what remains in the buffer, which is used up. */
    public static int of(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    public static int of(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                crc.update(buffer);
                buffer.clear();
            }
        }
        return (int) crc.getValue();
    }
}

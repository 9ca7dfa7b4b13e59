package io.titankv.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The file operations that an engine needs: the seam at which tests put a simulated disk. Thread-safe.
 *
 * <p>A change of names (create, rename, link, delete) is durable only after {@link #syncDirectory} of the directory; bytes only
 * after {@link File#force}.
 */
public interface FileStore {
    /** An open file. Reads are thread-safe; writes, truncation and close belong to the one who opened it. */
    interface File extends AutoCloseable {
        /** Writes all bytes of the buffers, in order, at {@code offset}; the file grows as needed. */
        void write(long offset, ByteBuffer... buffers) throws IOException;

        /**
         * Reads into {@code target} from {@code offset} until it is full or the file ends.
         *
         * @return bytes read, 0 at the end of the file
         */
        int read(long offset, ByteBuffer target) throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;

        /**
         * Returns when all bytes written before the call, and the file's size, survive a power loss. May run beside a write. A
         * failure is final: what was written since the last success is in doubt for ever.
         */
        void force() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Creates a file that must not exist, open for reading and writing. */
    File create(Path file) throws IOException;

    /** Opens an existing file for reading. */
    File openForRead(Path file) throws IOException;

    /** Opens an existing file for reading and writing. */
    File openForWrite(Path file) throws IOException;

    boolean exists(Path file);

    /** Names of the directory's entries, sorted. */
    List<String> list(Path directory) throws IOException;

    /** Creates the directory and those above it that are missing; durable on return. */
    void createDirectories(Path directory) throws IOException;

    /** Renames a file or directory within a file system, replacing a {@code target} that is a file; atomic. */
    void rename(Path source, Path target) throws IOException;

    /** A second name for the same file. */
    void link(Path existing, Path link) throws IOException;

    void delete(Path file) throws IOException;

    /** Returns when the directory's names survive a power loss. */
    void syncDirectory(Path directory) throws IOException;

    /** Takes the directory for this process; fails at once, naming it, when another holds it. Closing lets it go. */
    AutoCloseable lock(Path lockFile) throws IOException;
}

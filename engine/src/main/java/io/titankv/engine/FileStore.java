package io.titankv.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

        /**
         * The file's length. Of one that is {@link #mapForAppends mapped} it may be more than was written; zeros follow then.
         */
        long size() throws IOException;

        void truncate(long size) throws IOException;

        /**
         * Returns when all bytes written before the call, and the file's size, survive a power loss. May run beside a write. A
         * failure is final: what was written since the last success is in doubt for ever.
         */
        void force() throws IOException;

        /** Has the bytes of a file that does not change any more at hand as memory, where the store can. */
        default void mapForReads() throws IOException {}

        /**
         * Has what is appended from now on at hand as memory, where the store can, and makes appending cheap: the file may grow ahead
         * of what is written, by zeros, until it is truncated.
         */
        default void mapForAppends() throws IOException {}

        /**
         * The file's bytes from its beginning, as memory that is valid until the file is closed; null when there is none. It may be
         * shorter than the file, and longer than what was written: read only what was. An error of the disk is an {@link InternalError}.
         */
        default @Nullable MemorySegment viewOrNull() {
            return null;
        }

        /** Whether reading these bytes, which were written, may wait for the disk; false where that cannot be told. For the opener. */
        default boolean mayWait(long offset, int bytes) {
            return false;
        }

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

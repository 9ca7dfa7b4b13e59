package io.titankv.engine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A file's bytes as memory. What was mapped stays so until {@link #close}, whatever is mapped later: a reader may be in it. One thread
 * maps and closes, any thread looks.
 *
 * <p>Where mapping fails (no address space, more mappings than the system allows a process) there is no view, or the one before, and
 * the caller goes through the file. Looking at bytes that the disk cannot read raises an {@link InternalError}; looking behind the
 * file's end does so too, so the caller keeps to what was written.
 */
final class FileMapping implements AutoCloseable {
    private final Path file;
    private final Arena arena = Arena.ofShared();
    private volatile @Nullable MemorySegment view;
    private boolean refused;

    /** What the file system knows the mapped file by. Once its name is gone, another file may bear it. */
    private @Nullable Object fileKey;

    FileMapping(Path file) {
        this.file = file;
    }

    /** The file's bytes from its beginning, as far as they are mapped. */
    @Nullable
    MemorySegment viewOrNull() {
        return view;
    }

    /** Maps the file's first {@code bytes} bytes; one mapped for writing becomes at least so long. False when there is no such view. */
    boolean map(long bytes, boolean forWriting) {
        MemorySegment before = view;
        if (before != null && before.byteSize() >= bytes) {
            return true;
        }
        if (refused || bytes == 0) {
            return false;
        }
        // An interrupt would close the channel under the call, and nobody asked for that.
        boolean interrupted = Thread.interrupted();
        try (FileChannel channel = forWriting
                ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(file, StandardOpenOption.READ)) {
            Object found = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            if (fileKey != null && !fileKey.equals(found)) {
                refused = true;
                return false;
            }
            fileKey = found;
            MemorySegment mapped = channel.map(
                    forWriting ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
            MemoryAdvice.random(mapped);
            view = mapped;
            return true;
        } catch (IOException | OutOfMemoryError e) {
            // The JDK reports a mapping that the system refused as either of the two. The file itself is as good as
            // before.
            refused = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            view = null;
            arena.close();
        }
    }
}

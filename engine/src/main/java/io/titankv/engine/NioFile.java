package io.titankv.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An open file of the machine's file system. Reads are thread-safe; the rest belongs to its opener.
 *
 * <p>A {@link java.nio.channels.FileChannel} is closed for everybody when one thread is interrupted within it, and cannot be opened
 * again once its name is gone. An {@link AsynchronousFileChannel} knows no interrupts; with {@link CallerRuns} its operations run on
 * the calling thread like those of a plain channel.
 *
 * <p>A file that is mapped for appends takes small writes as stores to memory. Like bytes handed to write(2) they are in the system's
 * cache at once and survive the process. Their room on the disk is taken before: {@link RoomAhead}.
 *
 * <p>After a failed {@link #force} the file takes no more writes: the system may have dropped the pages that it could not write and
 * call them clean (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020), so a second force would lie.
 */
final class NioFile implements FileStore.File {
    /** At most so many bytes go to the system in one call: the JDK keeps a buffer of the largest call's size for each thread. */
    private static final int CALL_BYTES_MAX = 1 << 20;

    /** Buffers smaller than this are gathered before they are written. A guess: some pages. */
    private static final int GATHER_BYTES = 64 << 10;

    /** Larger writes go to the system as they are: a call costs little beside them, and zeros ahead of them would cost as much again. */
    private static final int STORE_BYTES_MAX = 64 << 10;

    /** A file that is appended to is mapped from this length on, in powers of two. */
    private static final long MAPPED_BYTES_MIN = 256 << 10;

    private final Path file;
    private final AsynchronousFileChannel channel;
    private final FileMapping mapping;

    private final RoomAhead room;

    /** The opener's. */
    private final CachedPages cachedPages = new CachedPages();

    /** Up to here the file is known to be written. The opener's. */
    private long writtenEnd;

    /** True when appends go to memory. The writer's. */
    private boolean appendsMapped;

    /** How often the file was cut. */
    private final AtomicInteger truncations = new AtomicInteger();

    /** So many of them are durable. */
    private volatile int truncationsForced;

    private volatile boolean forceFailed;

    NioFile(Path file, AsynchronousFileChannel channel) {
        this.file = file;
        this.channel = channel;
        this.mapping = new FileMapping(file);
        this.room = new RoomAhead(this::writeFully);
    }

    @Override
    public void mapForReads() throws IOException {
        writtenEnd = size();
        mapping.map(writtenEnd, false);
    }

    @Override
    public void mapForAppends() throws IOException {
        long size = size();
        room.passOver(size);
        writtenEnd = size;
        appendsMapped = true;
        mapUpTo(size);
    }

    @Override
    public @Nullable MemorySegment viewOrNull() {
        return mapping.viewOrNull();
    }

    @Override
    public void write(long offset, ByteBuffer... buffers) throws IOException {
        requireForced();
        if (buffers.length == 1 && store(offset, buffers[0])) {
            writtenEnd = offset + buffers[0].position();
            return;
        }
        if (appendsMapped) {
            room.passOver(offset + totalBytes(buffers));
        }
        try {
            writeThrough(offset, buffers);
        } catch (IOException e) {
            if (appendsMapped) {
                room.cutTo(offset); // how much of it is there is not known
            }
            throw e;
        }
    }

    private void writeThrough(long offset, ByteBuffer... buffers) throws IOException {
        if (buffers.length == 1) {
            writeFully(offset, buffers[0]);
            writtenEnd = offset + buffers[0].position();
            return;
        }
        long at = offset;
        ByteBuffer gathered = ByteBuffer.allocate((int) Math.min(GATHER_BYTES, totalBytes(buffers)));
        for (ByteBuffer buffer : buffers) {
            if (buffer.remaining() > gathered.remaining()) {
                at += flush(at, gathered);
            }
            if (buffer.remaining() > gathered.remaining()) {
                at += writeFully(at, buffer);
            } else {
                gathered.put(buffer);
            }
        }
        flush(at, gathered);
    }

    /** Writes to memory; false when it cannot and nothing was written. */
    private boolean store(long offset, ByteBuffer source) throws IOException {
        int bytes = source.remaining();
        long end = offset + bytes;
        if (!appendsMapped || bytes > STORE_BYTES_MAX || !room.reaches(offset) || !mapUpTo(end)) {
            return false;
        }
        MemorySegment target = mapping.viewOrNull();
        if (target == null) {
            return false;
        }
        room.require(end);
        try {
            MemorySegment.copy(MemorySegment.ofBuffer(source), 0, target, offset, bytes);
        } catch (InternalError e) {
            // Raised by the machine's memory fault: what lies there now is not known.
            forceFailed = true;
            throw new FileSystemException(file.toString(), null, "cannot store at offset " + offset + ": " + e);
        }
        source.position(source.limit());
        return true;
    }

    private boolean mapUpTo(long end) {
        MemorySegment view = mapping.viewOrNull();
        if (view != null && view.byteSize() >= end) {
            return true;
        }
        long capacity = Math.max(MAPPED_BYTES_MIN, Long.highestOneBit(Math.max(1, end - 1)) << 1);
        // The file becomes so long: a size that a force must write.
        truncations.incrementAndGet();
        return mapping.map(capacity, true);
    }

    @Override
    public boolean mayWait(long offset, int bytes) {
        MemorySegment view = mapping.viewOrNull();
        return view != null && !cachedPages.hold(view, offset, Math.min(writtenEnd, view.byteSize()));
    }

    private static long totalBytes(ByteBuffer... buffers) {
        long bytes = 0;
        for (ByteBuffer buffer : buffers) {
            bytes += buffer.remaining();
        }
        return bytes;
    }

    private int flush(long offset, ByteBuffer gathered) throws IOException {
        int bytes = writeFully(offset, gathered.flip());
        gathered.clear();
        return bytes;
    }

    private int writeFully(long offset, ByteBuffer source) throws IOException {
        int bytes = source.remaining();
        int end = source.limit();
        int start = source.position();
        try {
            while (source.position() < end) {
                source.limit(Math.min(end, source.position() + CALL_BYTES_MAX));
                await(channel.write(source, offset + (source.position() - start)));
            }
        } catch (IOException e) {
            throw NioFileStore.failed("cannot write " + bytes + " bytes at offset " + offset, file, e);
        } finally {
            source.limit(end);
        }
        return bytes;
    }

    @Override
    public int read(long offset, ByteBuffer target) throws IOException {
        int end = target.limit();
        int start = target.position();
        try {
            while (target.position() < end) {
                target.limit(Math.min(end, target.position() + CALL_BYTES_MAX));
                if (await(channel.read(target, offset + (target.position() - start))) < 0) {
                    break;
                }
            }
        } catch (IOException e) {
            throw NioFileStore.failed("cannot read at offset " + offset, file, e);
        } finally {
            target.limit(end);
        }
        return target.position() - start;
    }

    /** The result, however often the thread is interrupted; on Linux it is there already. */
    private static int await(Future<Integer> result) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException fault) {
                throw fault;
            }
            throw new IOException(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public long size() throws IOException {
        try {
            return channel.size();
        } catch (IOException e) {
            throw NioFileStore.failed("cannot tell the size", file, e);
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        requireForced();
        truncations.incrementAndGet();
        room.cutTo(size);
        try {
            channel.truncate(size);
        } catch (IOException e) {
            throw NioFileStore.failed("cannot truncate to " + size + " bytes", file, e);
        }
    }

    /**
     * An fdatasync(2), which writes the metadata that reading the bytes back needs, a grown size among it (its manual page says so).
     * After a truncation an fsync(2), because no page promises the same for a size that shrank.
     */
    @Override
    public void force() throws IOException {
        requireForced();
        int before = truncations.get();
        try {
            channel.force(before != truncationsForced);
        } catch (IOException e) {
            forceFailed = true;
            throw NioFileStore.failed("cannot force to disk", file, e);
        }
        truncationsForced = before;
    }

    private void requireForced() throws IOException {
        if (forceFailed) {
            throw new FileSystemException(file.toString(), null, "an earlier force failed, so its bytes are in doubt");
        }
    }

    @Override
    public void close() throws IOException {
        room.cutTo(0);
        mapping.close();
        channel.close();
    }
}

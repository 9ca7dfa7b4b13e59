package io.titankv.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The room that a file which is mapped for appends has on the disk: taken before it is used, by writing zeros, so that a full disk fails
 * that write and not a store to memory. A thread of its own takes it before the writer gets there, because bringing a page into the
 * system's cache costs more than filling it. One thread appends.
 */
final class RoomAhead {
    /** Takes the room of all files. A file has one task in its queue at most; a thread that is idle ends. */
    private static final ThreadPoolExecutor THREAD = new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("titan-engine-room").factory());

    static {
        THREAD.allowCoreThreadTimeOut(true);
    }

    /** Zeros are written in steps of a sixteenth of the file, within these bounds: a small file stays small. */
    private static final long STEP_BYTES_MIN = 64 << 10;

    private static final long STEP_BYTES_MAX = 1 << 20;
    private static final int STEP_DIVISOR = 16;
    private static final ByteBuffer ZEROS =
            ByteBuffer.allocateDirect((int) STEP_BYTES_MAX).asReadOnlyBuffer();

    /** Writes at an offset of the file; returns how many bytes. */
    interface Zeros {
        int write(long offset, ByteBuffer zeros) throws IOException;
    }

    private final Zeros file;

    /** Held while room is taken or given up. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Up to here every byte has its room. */
    private volatile long end;

    /** Where the end was when more was last asked for: what failed is not tried at every store. The writer's. */
    private long askedAt = -1;

    /** How often room was given up. A task that was asked for before does nothing. */
    private volatile long cuts;

    RoomAhead(Zeros file) {
        this.file = file;
    }

    /** Whether everything before the offset has its room. */
    boolean reaches(long offset) {
        return offset <= end;
    }

    /**
     * The file's owner writes up to here by itself, or has done so. To be called before that: then zeros fall behind it, or have fallen
     * where they are overwritten.
     */
    void passOver(long offset) {
        lock.lock();
        try {
            end = Math.max(end, offset);
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is taken behind the size any more, until the next {@link #require}. */
    void cutTo(long size) {
        lock.lock();
        try {
            long before = cuts;
            cuts = before + 1;
            end = Math.min(end, size);
        } finally {
            lock.unlock();
        }
    }

    /** Returns when there is room up to the offset, and has some behind it taken meanwhile. */
    void require(long offset) throws IOException {
        long taken = end;
        if (offset > taken) {
            lock.lock();
            try {
                takeUpTo(offset);
            } finally {
                lock.unlock();
            }
        } else if (taken - offset < step(offset) && askedAt != taken) {
            askedAt = taken;
            long cutsBefore = cuts;
            THREAD.execute(() -> takeMore(cutsBefore));
        }
    }

    private void takeMore(long cutsBefore) {
        lock.lock();
        try {
            if (cuts == cutsBefore) {
                takeUpTo(end + step(end));
            }
        } catch (IOException e) {
            // The writer comes to it, tries the same and hears why.
            return;
        } finally {
            lock.unlock();
        }
    }

    private void takeUpTo(long offset) throws IOException {
        long target = offset + step(offset);
        while (end < target) {
            ByteBuffer zeros = ZEROS.duplicate();
            zeros.limit((int) Math.min(zeros.capacity(), target - end));
            long before = end;
            end = before + file.write(before, zeros);
        }
    }

    private static long step(long offset) {
        return Math.clamp(offset / STEP_DIVISOR, STEP_BYTES_MIN, STEP_BYTES_MAX);
    }
}

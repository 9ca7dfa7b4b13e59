package io.titankv.multiraft.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How full the disk is that a node's logs and stores are on. In time before a write fails, which would end the replica: below the limit
 * {@link #full} says so, and nothing is begun that takes space; below half of it the disk is {@link #exhausted}, and nothing is
 * taken from leaders either. Each lasts until there is a tenth more, so that it does not flutter. Thread-safe; {@link #look} is called by one
 * thread.
 */
public final class DiskGuard {
    /** Who knows how much of a disk is free. */
    @FunctionalInterface
    public interface FreeBytes {
        /**
         * Reads the free bytes.
         *
         * @throws IOException when the disk does not say
         */
        long read() throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(DiskGuard.class);

    private final FreeBytes freeBytes;
    private final long freeBytesMin;

    /** What is free as far as is known between two looks. */
    private final AtomicLong freeNow = new AtomicLong(Long.MAX_VALUE);

    private volatile boolean full;
    private volatile boolean exhausted;

    /**
     * A guard that has not looked yet.
     *
     * @param freeBytesMin with less than this the disk is full
     */
    public DiskGuard(FreeBytes freeBytes, long freeBytesMin) {
        this.freeBytes = freeBytes;
        this.freeBytesMin = freeBytesMin;
    }

    /** Of the disk on which a directory is. */
    public static FreeBytes of(Path directory) {
        return () -> Files.getFileStore(directory).getUsableSpace();
    }

    /** As of the last {@link #look} and what was taken since; false before the first. */
    public boolean full() {
        return full;
    }

    /** As {@link #full}, and never without it. */
    boolean exhausted() {
        return exhausted;
    }

    /** So many bytes are about to be written to a log, and then to a store: a look may come too late for what comes in a second. */
    void onTaken(long bytes) {
        long left = freeNow.addAndGet(-2 * bytes);
        if (left < freeBytesMin) {
            become(left, true, exhausted || left < freeBytesMin / 2);
        }
    }

    /**
     * Looks how much is free.
     *
     * @throws IOException when the disk does not say; what was known stays
     */
    public void look() throws IOException {
        long free = freeBytes.read();
        freeNow.set(free);
        become(free, isBelow(free, freeBytesMin, full), isBelow(free, freeBytesMin / 2, exhausted));
    }

    private void become(long free, boolean nowFull, boolean nowExhausted) {
        if (nowFull == full && nowExhausted == exhausted) {
            return;
        }
        synchronized (this) {
            if (nowFull == full && nowExhausted == exhausted) {
                return;
            }
            full = nowFull;
            exhausted = nowExhausted;
        }
        LOG.atWarn()
                .addKeyValue("freeBytes", free)
                .log(
                        nowExhausted
                                ? "the disk is nearly full: replicas here take no entries until there is room"
                                : nowFull
                                        ? "the disk is nearly full: leaders here take deletes and reads only"
                                        : "the disk has room again");
    }

    /**
     * Looks whether so much can be written without making the disk full.
     *
     * @throws IOException when it cannot, or the disk does not say
     */
    public void requireRoomFor(long bytes) throws IOException {
        long free = freeBytes.read();
        if (free - freeBytesMin < bytes) {
            throw new IOException("the disk is nearly full: " + bytes + " bytes are to come, " + free
                    + " are free, and " + freeBytesMin + " must stay so");
        }
    }

    private static boolean isBelow(long free, long limit, boolean before) {
        return free < (before ? limit + limit / 10 : limit);
    }
}

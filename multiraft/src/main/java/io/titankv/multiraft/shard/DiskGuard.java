package io.titankv.multiraft.shard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether the disk is nearly full. Above the limit by a tenth again before writes go on, so that the state does not flutter.
 * Thread-safe; {@link #look} is called by one thread.
 */
final class DiskGuard {
    /** Reads the free bytes of the disk. */
    @FunctionalInterface
    interface FreeBytes {
        long read() throws IOException;
    }

    private final FreeBytes freeBytes;
    private final long freeBytesMin;
    private volatile boolean full;

    DiskGuard(FreeBytes freeBytes, long freeBytesMin) {
        this.freeBytes = freeBytes;
        this.freeBytesMin = freeBytesMin;
    }

    static FreeBytes of(Path directory) {
        return () -> Files.getFileStore(directory).getUsableSpace();
    }

    boolean full() {
        return full;
    }

    void look() throws IOException {
        long free = freeBytes.read();
        full = free < (full ? freeBytesMin + freeBytesMin / 10 : freeBytesMin);
    }
}

package io.titankv.multiraft.snapshot;

import java.io.IOException;

/** How much may be written to the disk. */
@FunctionalInterface
public interface DiskRoom {
    /**
     * Looks whether there is room.
     *
     * @param bytes that are to be written
     * @throws IOException when they must not be, saying why
     */
    void require(long bytes) throws IOException;
}

package io.titankv.multiraft.snapshot;

import java.io.IOException;

/** Room on the disk for what is fetched, taken before the first byte comes, for all fetches that are under way. Thread-safe. */
final class FetchRoom {
    /** Room was asked for that is not there. */
    static final class NoRoomException extends IOException {
        private static final long serialVersionUID = 1L;

        NoRoomException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Given back by closing. */
    interface Taken extends AutoCloseable {
        @Override
        void close();
    }

    private final DiskRoom disk;
    private long taken;

    FetchRoom(DiskRoom disk) {
        this.disk = disk;
    }

    synchronized Taken take(long bytes) throws NoRoomException {
        try {
            disk.require(taken + bytes);
        } catch (IOException e) {
            throw new NoRoomException(e);
        }
        taken += bytes;
        return () -> giveBack(bytes);
    }

    private synchronized void giveBack(long bytes) {
        taken -= bytes;
    }
}

package io.titankv.multiraft.host;

import java.nio.file.Path;

/** A Raft log holds a bad entry that may have been acknowledged. The replica must not vote with it; rebuild it from its peers. */
public final class RottenLogException extends RuntimeException {
    private final transient Path file;
    private final long offset;

    RottenLogException(Path file, long offset, String what) {
        super("rotten Raft log: " + what + ", at byte " + offset + " of " + file);
        this.file = file;
        this.offset = offset;
    }

    public Path file() {
        return file;
    }

    /** Where the bad entry begins, bytes from the file's start. */
    public long offset() {
        return offset;
    }
}

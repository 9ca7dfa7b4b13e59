package io.titankv.engine;

import java.nio.file.Path;

/** Bytes on disk are not what was written. */
public final class CorruptDataException extends EngineException {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final transient Path file;
    private final long offset;

    public CorruptDataException(String what, Path file, long offset) {
        super(what + ": " + file + " at offset " + offset, null);
        this.what = what;
        this.file = file;
        this.offset = offset;
    }

    /** What is wrong, without the place. */
    public String what() {
        return what;
    }

    public Path file() {
        return file;
    }

    public long offset() {
        return offset;
    }
}

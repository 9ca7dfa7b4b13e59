package io.titankv.engine;

import java.nio.file.Path;

/** Bytes on disk are not what was written. */
public final class CorruptDataException extends EngineException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final long offset;

    public CorruptDataException(String what, Path file, long offset) {
        super(what + ": " + file + " at offset " + offset, null);
        this.file = file;
        this.offset = offset;
    }

    public Path file() {
        return file;
    }

    public long offset() {
        return offset;
    }
}

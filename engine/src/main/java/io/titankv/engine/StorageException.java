package io.titankv.engine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file operation failed: disk full, no permission, an I/O error, a directory in use. */
public final class StorageException extends EngineException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Path file;
    private final boolean stopsWriting;

    public StorageException(String message, @Nullable Path file, @Nullable Throwable cause) {
        this(message, file, cause, false);
    }

    private StorageException(String message, @Nullable Path file, @Nullable Throwable cause, boolean stopsWriting) {
        super(message + (file == null ? "" : ": " + file), cause);
        this.file = file;
        this.stopsWriting = stopsWriting;
    }

    /** After this the engine takes no writes until it is opened again. */
    static StorageException stoppingWrites(String message, @Nullable Path file, Throwable cause) {
        return new StorageException(message, file, cause, true);
    }

    /** Whether the engine takes no writes any more, until it is opened again. */
    public boolean stopsWriting() {
        return stopsWriting;
    }

    /** The file or directory, if one is known. */
    public @Nullable Path file() {
        return file;
    }
}

package io.titankv.engine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file operation failed: disk full, no permission, an I/O error, a directory in use. */
public final class StorageException extends EngineException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Path file;

    public StorageException(String message, @Nullable Path file, @Nullable Throwable cause) {
        super(message + (file == null ? "" : ": " + file), cause);
        this.file = file;
    }

    /** The file or directory, if one is known. */
    public @Nullable Path file() {
        return file;
    }
}

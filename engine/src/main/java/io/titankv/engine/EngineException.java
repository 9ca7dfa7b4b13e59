package io.titankv.engine;

/** A fault of the world that an engine met. */
public abstract sealed class EngineException extends RuntimeException permits CorruptDataException, StorageException {
    private static final long serialVersionUID = 1L;

    EngineException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
        super(message, cause);
    }
}

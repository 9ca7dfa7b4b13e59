package io.titankv.server;

import org.jspecify.annotations.Nullable;

/** A node cannot start. The message is one line for people: what is wrong, with its value, and how to mend it. */
public final class ServerStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ServerStartException(String message) {
        this(message, null);
    }

    public ServerStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

package io.titankv.multiraft.shard;

import org.jspecify.annotations.Nullable;

/** This replica must not go on: its log or its metadata holds what it cannot understand. */
public final class ShardFaultException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ShardFaultException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

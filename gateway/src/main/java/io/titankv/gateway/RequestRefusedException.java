package io.titankv.gateway;

import io.titankv.proto.errors.TitanError;

/** A request that means nothing, thrown before anything is done about it. */
final class RequestRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient TitanError error;

    RequestRefusedException(TitanError error) {
        // No stack trace: the caller's mistake, not ours, and callers may make many.
        super(error.message(), null, false, false);
        this.error = error;
    }

    TitanError error() {
        return error;
    }
}

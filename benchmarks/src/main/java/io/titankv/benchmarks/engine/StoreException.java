package io.titankv.benchmarks.engine;

/** A system did not do what it was asked to. Ends the run. */
final class StoreException extends RuntimeException {
    StoreException(String message) {
        super(message);
    }

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}

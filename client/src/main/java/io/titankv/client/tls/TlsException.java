package io.titankv.client.tls;

/** Files for TLS that cannot be used. The message names the setting, the file, and what is wrong with it; never what a key holds. */
public final class TlsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TlsException(String message) {
        super(message);
    }

    TlsException(String message, Throwable cause) {
        super(message, cause);
    }
}

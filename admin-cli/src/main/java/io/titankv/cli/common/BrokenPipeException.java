package io.titankv.cli.common;

import java.io.IOException;

/** The reader of standard output went away. The command ends quietly. */
public final class BrokenPipeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BrokenPipeException(IOException cause) {
        super(cause);
    }
}

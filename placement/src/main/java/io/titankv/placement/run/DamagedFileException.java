package io.titankv.placement.run;

import java.nio.file.Path;

/** A file of placement is not what was written. */
public final class DamagedFileException extends RuntimeException {
    private final Path file;

    DamagedFileException(Path file, String what) {
        super(file + " " + what);
        this.file = file;
    }

    public Path file() {
        return file;
    }
}

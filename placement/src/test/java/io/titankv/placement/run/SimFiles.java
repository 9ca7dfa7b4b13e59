package io.titankv.placement.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A disk that dies at a chosen write, before or after it has happened, and does nothing more. */
final class SimFiles implements DurableFiles {
    private int writesUntilCrash;
    private final boolean afterTheWrite;
    private boolean crashed;

    private SimFiles(int writesUntilCrash, boolean afterTheWrite) {
        this.writesUntilCrash = writesUntilCrash;
        this.afterTheWrite = afterTheWrite;
    }

    static SimFiles healthy() {
        return new SimFiles(Integer.MAX_VALUE, false);
    }

    /** Dies at write number {@code write}, counted from 0. */
    static SimFiles crashingAt(int write, boolean afterTheWrite) {
        return new SimFiles(write, afterTheWrite);
    }

    synchronized boolean hasCrashed() {
        return crashed;
    }

    @Override
    public synchronized void replace(Path file, byte[] content) throws IOException {
        requireAlive();
        boolean last = writesUntilCrash-- == 0;
        if (last && !afterTheWrite) {
            crashed = true;
        }
        requireAlive();
        DISK.replace(file, content);
        if (last) {
            crashed = true;
        }
        requireAlive();
    }

    @Override
    public synchronized Optional<byte[]> read(Path file) throws IOException {
        requireAlive();
        return DISK.read(file);
    }

    private void requireAlive() throws IOException {
        if (crashed) {
            throw new IOException("the process is dead");
        }
    }
}

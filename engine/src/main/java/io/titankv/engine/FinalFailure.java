package io.titankv.engine;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file operation failed in a way that leaves open what is on disk: an fsync, or a rename that may or may not have happened. Who
 * meets it stops writing for good; nobody tries again.
 */
final class FinalFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private FinalFailure(String what, IOException cause) {
        super(what, cause);
    }

    static FinalFailure of(String what, IOException cause) {
        return new FinalFailure(what, cause);
    }

    static void force(FileStore.File file) throws FinalFailure {
        try {
            file.force();
        } catch (IOException e) {
            throw new FinalFailure("fsync failed", e);
        }
    }

    static void syncDirectory(FileStore store, Path directory) throws FinalFailure {
        try {
            store.syncDirectory(directory);
        } catch (IOException e) {
            throw new FinalFailure("fsync of a directory failed", e);
        }
    }

    static void rename(FileStore store, Path source, Path target) throws FinalFailure {
        try {
            store.rename(source, target);
        } catch (IOException e) {
            throw new FinalFailure("rename failed", e);
        }
    }
}

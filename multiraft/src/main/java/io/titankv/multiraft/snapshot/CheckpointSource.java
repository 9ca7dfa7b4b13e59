package io.titankv.multiraft.snapshot;

import io.titankv.model.LogPosition;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Makes checkpoints of one group's state for peers to fetch. Registered with the server of checkpoint files. Thread-safe. */
public interface CheckpointSource {
    /**
     * A consistent durable copy of the state in a fresh directory. Not blocking; the holder deletes the directory when done.
     *
     * @param target does not exist; on the same file system as the state
     */
    CompletableFuture<CheckpointFiles> checkpoint(Path target);

    /**
     * The files of a checkpoint.
     *
     * @param position the last entry whose effect is in it, with its true term
     */
    record CheckpointFiles(LogPosition position, List<CheckpointFile> files) {
        public CheckpointFiles {
            files = List.copyOf(files);
        }
    }

    /** A file: name in the directory, length, checksum of all its bytes. */
    record CheckpointFile(String name, long bytes, int crc32c) {}
}

package io.titankv.engine;

import java.nio.file.Path;
import java.util.List;

/**
 * A consistent, durable, hard-linked copy of an engine's files, which opens as an engine.
 *
 * @param directory where it lies
 * @param position the last entry whose effect is in it
 * @param files every file of the directory
 */
public record Checkpoint(Path directory, EntryPosition position, List<File> files) {
    /**
     * One file of a checkpoint. Two files with the same name, length and checksum are the same file.
     *
     * @param name its name in the directory
     * @param bytes its length
     * @param crc32c the checksum of all its bytes
     */
    public record File(String name, long bytes, int crc32c) {}

    public Checkpoint {
        files = List.copyOf(files);
    }
}

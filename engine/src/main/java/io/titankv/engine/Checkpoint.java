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
     * One file of a checkpoint. The checksum finds damage, but does not tell files apart: a manifest ends with the CRC-32C of all that
     * stands before, so all manifests have the same one, and in a hint file the header's own hides the header. Ids of data files, and so
     * names, begin anew in each store.
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

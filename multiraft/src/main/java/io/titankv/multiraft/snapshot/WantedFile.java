package io.titankv.multiraft.snapshot;

import io.titankv.multiraft.snapshot.CheckpointSource.CheckpointFile;
import io.titankv.proto.internal.v1.OpenCheckpointResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** A file of a peer's checkpoint, and all by which another is known to be the same. */
record WantedFile(CheckpointFile file, long tailHash) {
    /** What is fetched of a file that is not whole yet. */
    static final String PART = ".part";

    /** Names that a peer may make here: no way out of the directory, and none of ours. */
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /** @throws IOException when a peer names a file that cannot be */
    static List<WantedFile> of(OpenCheckpointResponse checkpoint) throws IOException {
        List<WantedFile> wanted = new ArrayList<>();
        for (var file : checkpoint.getFilesList()) {
            if (!FILE_NAME.matcher(file.getName()).matches() || file.getName().endsWith(PART) || file.getBytes() < 0) {
                throw new IOException("a peer names a file that cannot be: " + file.getName());
            }
            wanted.add(new WantedFile(
                    new CheckpointFile(file.getName(), file.getBytes(), file.getCrc32C()), file.getTailHash()));
        }
        return wanted;
    }

    boolean is(Path candidate) throws IOException {
        return Files.size(candidate) == file.bytes()
                && FileChecksums.ofTail(candidate) == tailHash
                && FileChecksums.of(candidate) == file.crc32c();
    }

    /** Bytes that are to come: what is neither in the directory, whole or in part, nor can be linked. */
    static long bytesMissing(List<WantedFile> wanted, Path incoming, Set<CheckpointFile> local) throws IOException {
        long bytes = 0;
        for (WantedFile each : wanted) {
            bytes += local.contains(each.file) ? 0 : each.bytesMissing(incoming);
        }
        return bytes;
    }

    private long bytesMissing(Path incoming) throws IOException {
        if (Files.exists(incoming.resolve(file.name()))) {
            return 0;
        }
        Path part = incoming.resolve(file.name() + PART);
        return Math.max(0, file.bytes() - (Files.exists(part) ? Files.size(part) : 0));
    }
}

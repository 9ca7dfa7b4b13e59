package io.titankv.multiraft.host;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The file in which Ratis keeps a replica's term and vote: all that a replica must not forget when it begins anew, as it would vote
 * twice in a term.
 */
final class VoteFile {
    private static final String NAME = "raft-meta";

    private VoteFile() {}

    /** Throws when the vote is lost: then only a node with another name may take this one's place. */
    static void require(Path current) throws IOException {
        Properties vote = new Properties();
        if (Files.exists(current.resolve(NAME))) {
            try (Reader reader = Files.newBufferedReader(current.resolve(NAME))) {
                vote.load(reader);
            }
        }
        if (vote.getProperty("term") == null || vote.getProperty("votedFor") == null) {
            throw new IOException(
                    "the vote of this replica is lost: only one on a node of another name may take its place");
        }
        if (Long.parseLong(vote.getProperty("term")) < 0) {
            throw new IOException("a term below 0 in " + current.resolve(NAME));
        }
    }

    /** Deletes the log, the configuration and whatever else Ratis keeps of a group, durably. */
    static void deleteAllBut(Path group) throws IOException {
        for (Path entry : entries(group)) {
            if (!entry.getFileName().toString().equals("current")) {
                deleteEntry(entry);
            }
        }
        Path current = group.resolve("current");
        for (Path entry : entries(current)) {
            if (!entry.getFileName().toString().equals(NAME)) {
                deleteEntry(entry);
            }
        }
        Directories.fsync(current);
        Directories.fsync(group);
    }

    private static void deleteEntry(Path entry) throws IOException {
        if (Files.isDirectory(entry)) {
            Directories.delete(entry);
        } else {
            Files.deleteIfExists(entry);
        }
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }
}

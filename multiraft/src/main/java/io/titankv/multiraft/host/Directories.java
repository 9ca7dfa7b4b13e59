package io.titankv.multiraft.host;

import io.titankv.model.GroupId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a node keeps its groups.
 *
 * <pre>
 *   groups/s1.group     what we know of the group: {@link GroupFile}
 *   log/UUID/current/   Ratis' log, vote and configuration
 *   removed/            Ratis moves nothing here, but its default is /tmp
 *   none/               always empty: what Ratis is shown while it starts
 * </pre>
 */
record Directories(Path root) {
    private static final String SUFFIX = ".group";

    Path groups() {
        return root.resolve("groups");
    }

    Path log() {
        return root.resolve("log");
    }

    Path none() {
        return root.resolve("none");
    }

    Path groupFile(GroupId group) {
        return groups().resolve(group + SUFFIX);
    }

    Path logOf(GroupId group) {
        return log().resolve(group.uuid().toString());
    }

    Path currentLogOf(GroupId group) {
        return logOf(group).resolve("current");
    }

    void create() throws IOException {
        for (Path directory : List.of(groups(), log(), none(), root.resolve("removed"))) {
            Files.createDirectories(directory);
        }
        fsync(root);
    }

    List<GroupId> found() throws IOException {
        List<GroupId> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(groups())) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(SUFFIX)) {
                    found.add(GroupId.parse(name.substring(0, name.length() - SUFFIX.length())));
                }
            }
        }
        return found;
    }

    /** Makes the names in a directory survive a power loss. Where there is no such directory there is nothing to do. */
    static void fsync(@Nullable Path directory) throws IOException {
        if (directory == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (NoSuchFileException e) {
            return;
        }
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path emptied, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(emptied);
                return FileVisitResult.CONTINUE;
            }
        });
        fsync(directory.toAbsolutePath().getParent());
    }
}

package io.titankv.benchmarks.comparison;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** What a directory takes of the disk, bringing it there, and taking it away. */
public final class DiskUse {
    private DiskUse() {}

    /** The lengths of all files under the directory. Files may come and go meanwhile. */
    public static long bytes(Path directory) {
        Sum sum = new Sum();
        walk(directory, sum);
        return sum.bytes;
    }

    /** Deletes the directory and all in it. */
    public static void delete(Path directory) {
        walk(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Writes all files back to the disk, whoever wrote them. */
    public static void sync(Path directory) {
        walk(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    channel.force(true);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void walk(Path directory, SimpleFileVisitor<Path> visitor) {
        try {
            Files.walkFileTree(directory, visitor);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Sum extends SimpleFileVisitor<Path> {
        private long bytes;

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes += attributes.size();
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
        }
    }
}

package io.titankv.placement.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Small files that are replaced as a whole. A seam at which tests crash between steps. Thread-safe for different files. */
public interface DurableFiles {
    /** The machine's disk. */
    DurableFiles DISK = new DurableFiles() {
        @Override
        public void replace(Path file, byte[] content) throws IOException {
            Path directory = file.toAbsolutePath().getParent();
            if (directory == null) {
                throw new IOException("not a file in a directory: " + file);
            }
            Path fresh = directory.resolve(file.getFileName() + ".tmp");
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
                entry.force(true);
            }
        }

        @Override
        public Optional<byte[]> read(Path file) throws IOException {
            try {
                return Optional.of(Files.readAllBytes(file));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }
    };

    /** Replaces a file: whoever reads it, after a crash at any point, finds the old content or the new; when this returns, the new. */
    void replace(Path file, byte[] content) throws IOException;

    /** A file's content; empty when there is no such file. */
    Optional<byte[]> read(Path file) throws IOException;
}

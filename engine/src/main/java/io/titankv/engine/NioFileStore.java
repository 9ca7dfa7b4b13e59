package io.titankv.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The file system of the machine. Immutable, thread-safe.
 *
 * <p>Every failure names its file. An interrupt of the calling thread neither fails an operation nor closes a file, and is still
 * set afterwards. Made for Linux: a directory is synced by an fsync of the opened directory, which Windows does not offer.
 */
public final class NioFileStore implements FileStore {
    /** The one there is. */
    public static final NioFileStore INSTANCE = new NioFileStore();

    /**
     * Lock files held by this process. The operating system knows locks by process: opening and closing a lock file that this
     * process holds already would let the lock go, so it must not even be opened.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /** A lock file holds a process id and a newline; more is not read. */
    private static final int PID_BYTES_MAX = 32;

    private NioFileStore() {}

    @Override
    public File create(Path file) throws IOException {
        return open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public File openForRead(Path file) throws IOException {
        return open(file, StandardOpenOption.READ);
    }

    @Override
    public File openForWrite(Path file) throws IOException {
        return open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static NioFile open(Path file, OpenOption... options) throws IOException {
        return new NioFile(file, openChannel(file, options));
    }

    private static AsynchronousFileChannel openChannel(Path file, OpenOption... options) throws IOException {
        return AsynchronousFileChannel.open(file, Set.of(options), CallerRuns.INSTANCE, new FileAttribute<?>[0]);
    }

    /** In doubt (no permission to look) true, so that the open that follows says what is wrong. */
    @Override
    public boolean exists(Path file) {
        return !Files.notExists(file);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                names.add(entry.getFileName().toString());
            }
        } catch (DirectoryIteratorException e) {
            throw failed("cannot list", directory, Objects.requireNonNull(e.getCause()));
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path at = directory.toAbsolutePath(); at != null && !Files.isDirectory(at); at = at.getParent()) {
            missing.push(at);
        }
        for (Path each : missing) {
            try {
                Files.createDirectory(each);
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(each)) {
                    throw e;
                }
            }
            Path parent = each.getParent();
            if (parent != null) {
                syncDirectory(parent);
            }
        }
    }

    @Override
    public void rename(Path source, Path target) throws IOException {
        Files.move(source, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void link(Path existing, Path link) throws IOException {
        Files.createLink(link, existing);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.delete(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (AsynchronousFileChannel channel = openChannel(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            throw failed("cannot sync directory", directory, e);
        }
    }

    @Override
    public AutoCloseable lock(Path lockFile) throws IOException {
        Path directory = lockFile.toAbsolutePath().getParent();
        if (directory == null) {
            throw new FileSystemException(lockFile.toString(), null, "is no place for a lock file");
        }
        Path held = directory.toRealPath().resolve(lockFile.getFileName());
        if (!HELD.add(held)) {
            throw inUse(directory, "this process");
        }
        @Nullable AsynchronousFileChannel channel = null;
        boolean locked = false;
        try {
            channel = openChannel(held, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            lock(channel, directory);
            locked = true;
            return new Lock(held, channel);
        } finally {
            if (!locked) {
                if (channel != null) {
                    channel.close();
                }
                HELD.remove(held);
            }
        }
    }

    private static void lock(AsynchronousFileChannel channel, Path directory) throws IOException {
        NioFile file = new NioFile(directory, channel);
        @Nullable FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another class loader's copy of this class.
            throw inUse(directory, "this process");
        }
        if (lock == null) {
            ByteBuffer pid = ByteBuffer.allocate(PID_BYTES_MAX);
            file.read(0, pid);
            String holder =
                    StandardCharsets.US_ASCII.decode(pid.flip()).toString().strip();
            throw inUse(directory, holder.isEmpty() ? "another process" : "process " + holder);
        }
        file.truncate(0);
        file.write(0, ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
    }

    private static IOException inUse(Path directory, String holder) {
        return new FileSystemException(directory.toString(), null, "is in use by " + holder);
    }

    /** {@code cause} again, with the file's name. */
    static IOException failed(String what, Path file, IOException cause) {
        String message = cause.getMessage();
        FileSystemException named = new FileSystemException(
                file.toString(),
                null,
                what + ": " + (message == null ? cause.getClass().getSimpleName() : message));
        named.initCause(cause);
        return named;
    }

    /** A lock that is held. The lock file stays: deleting it would let two processes lock two files of that name. */
    private record Lock(Path held, AsynchronousFileChannel channel) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (channel.isOpen()) {
                try {
                    channel.close();
                } finally {
                    HELD.remove(held);
                }
            }
        }
    }
}

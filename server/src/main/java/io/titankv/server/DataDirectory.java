package io.titankv.server;

import io.titankv.multiraft.host.DiskGuard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.OptionalInt;

/**
 * A node's data directory, held by this process alone from {@link #take} to {@link #close}.
 *
 * <pre>
 *   LOCK            held while a node runs; holds its process id
 *   raft-address    by which other nodes know this node's Raft
 *   node.identity   who the node is, and of which cluster
 *   placement/      the placement state, on a voter of the placement group
 *   raft/           Raft logs, a directory a group
 *   shards/         engines, a directory a shard
 *   checkpoints/    hard links that a peer is fetching
 * </pre>
 */
final class DataDirectory implements AutoCloseable {
    private static final String RAFT_ADDRESS = "raft-address";

    /** Entries that are under way, merges and snapshots need some. */
    private static final long FREE_BYTES_MIN = 256L << 20;

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;
    private final DiskGuard disk;

    private DataDirectory(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
        disk = new DiskGuard(DiskGuard.of(path), FREE_BYTES_MIN);
    }

    /**
     * Makes the directory when it is missing, and takes it.
     *
     * @throws ServerStartException when it cannot be used, or another node runs in it
     */
    static DataDirectory take(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(path);
            Path lockFile = path.resolve("LOCK");
            FileChannel channel = FileChannel.open(
                    lockFile, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = tryLockOrNull(channel);
            if (lock == null) {
                String holder =
                        Files.readString(lockFile, StandardCharsets.US_ASCII).strip();
                channel.close();
                throw new ServerStartException("data directory " + path + " is in use by a running node"
                        + (holder.isEmpty() ? "" : " (process " + holder + ")")
                        + ": stop it first, or choose another --data-dir");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new DataDirectory(path, channel, lock);
        } catch (AccessDeniedException e) {
            throw new ServerStartException(
                    "data directory " + path + " is not writable: " + e.getFile()
                            + " was denied; check its owner and mode",
                    e);
        } catch (FileAlreadyExistsException e) {
            throw new ServerStartException(
                    "data directory " + path + " is not a directory: choose another --data-dir", e);
        } catch (IOException e) {
            throw new ServerStartException("data directory " + path + " cannot be used: " + reason(e), e);
        }
    }

    private static @org.jspecify.annotations.Nullable FileLock tryLockOrNull(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by another node of this process
        }
    }

    Path path() {
        return path;
    }

    Path raft() {
        return path.resolve("raft");
    }

    /** What guards the disk on which it is. */
    DiskGuard disk() {
        return disk;
    }

    Path shards() {
        return path.resolve("shards");
    }

    Path checkpoints() {
        return path.resolve("checkpoints");
    }

    /** The Raft port of an earlier start in a directory, if there was one. */
    static OptionalInt raftPortBefore(Path directory) {
        try {
            String address = Files.readString(directory.resolve(RAFT_ADDRESS), StandardCharsets.UTF_8);
            return OptionalInt.of(HostPort.parse(address.strip()).port());
        } catch (NoSuchFileException e) {
            return OptionalInt.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw new ServerStartException("data directory " + directory + " cannot be used: " + reason(e), e);
        }
    }

    /**
     * Notes by which address Raft of other nodes reaches this one: they keep it in their logs, so it must not change.
     *
     * @throws ServerStartException when it was another at an earlier start
     */
    void requireSameRaftAddress(String address) {
        Path file = path.resolve(RAFT_ADDRESS);
        try {
            if (Files.exists(file)) {
                String before = Files.readString(file, StandardCharsets.UTF_8).strip();
                if (!before.equals(address)) {
                    throw new ServerStartException(
                            "the other nodes know this one's Raft as " + before + ", and now it is " + address
                                    + ": start it with the --raft-listen (or --port) that it had");
                }
                return;
            }
            Path fresh = path.resolve(RAFT_ADDRESS + ".tmp");
            try (FileChannel written = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                written.write(ByteBuffer.wrap(address.getBytes(StandardCharsets.UTF_8)));
                written.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel names = FileChannel.open(path, StandardOpenOption.READ)) {
                names.force(true);
            }
        } catch (IOException e) {
            throw new ServerStartException("data directory " + path + " cannot be used: " + reason(e), e);
        }
    }

    /** What went wrong, for people: the system's exceptions often have a path for their whole message. */
    static String reason(Exception failure) {
        return switch (failure) {
            case NoSuchFileException missing -> "no such directory: " + missing.getFile();
            case AccessDeniedException denied -> "permission denied: " + denied.getFile();
            case NotDirectoryException file -> "not a directory: " + file.getFile();
            case FileSystemException other when other.getReason() != null -> other.getReason() + ": " + other.getFile();
            default -> String.valueOf(failure.getMessage());
        };
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

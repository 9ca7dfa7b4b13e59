package io.titankv.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A simulated disk, in memory, at least as forgetful as a real one. Thread-safe.
 *
 * <p>Bytes that were not forced may be lost at a power loss, or kept in any part by sectors; names whose directory was not synced may
 * be lost each for itself. A force that failed has dropped its bytes for good, though they can still be read, and a later force does
 * not say so. After {@link #crash} this store and its files are dead; the store that it returns is the disk after the restart.
 *
 * <p>Operations are numbered from 1, and so are those that change the disk: run a scenario once, read {@link #changes}, and run it
 * again once for each number with {@link #failChange}.
 */
public final class SimFileStore implements FileStore {
    /** What a store does. */
    public enum Operation {
        CREATE(true),
        OPEN(false),
        LIST(false),
        CREATE_DIRECTORIES(true),
        RENAME(true),
        LINK(true),
        DELETE(true),
        SYNC_DIRECTORY(true),
        LOCK(false),
        WRITE(true),
        READ(false),
        SIZE(false),
        TRUNCATE(true),
        FORCE(true);

        final boolean changes;

        Operation(boolean changes) {
            this.changes = changes;
        }
    }

    /** What befalls an operation. */
    public enum Fault {
        /** It fails; a write may leave its first half, a force has dropped its bytes. */
        ERROR,
        /** It is done and says that it failed. */
        ERROR_THOUGH_DONE,
        /** From it on nothing grows until {@link SimFileStore#freeSpace}; a write leaves its first half. */
        DISK_FULL,
        /** From it on every operation fails: only {@link SimFileStore#crash} is left. Whether it was done shows then. */
        POWER_LOSS
    }

    private static final int HISTORY_MAX = 64;

    private final SimTree tree;
    private final Set<Path> locks = new HashSet<>();
    private final Deque<String> history = new ArrayDeque<>();
    private long operations;
    private long changes;
    private int openFiles;
    private long failOperation;
    private long failChange;
    private @Nullable Operation failNext;
    private Fault fault = Fault.ERROR;
    private boolean full;
    private long bytesMax = Long.MAX_VALUE;
    private volatile boolean cold;
    private @Nullable String dead;

    public SimFileStore() {
        this(new SimTree());
    }

    private SimFileStore(SimTree tree) {
        this.tree = tree;
    }

    // For the test: faults and crashes.

    /** Operations so far. */
    public synchronized long operations() {
        return operations;
    }

    /** Operations so far that change the disk or make changes durable. */
    public synchronized long changes() {
        return changes;
    }

    /** The last operations, for a message. */
    public synchronized List<String> history() {
        return List.copyOf(history);
    }

    /** Files that were opened and not closed. */
    public synchronized int openFiles() {
        return openFiles;
    }

    /** {@code fault} befalls operation {@code number}. */
    public synchronized void failOperation(long number, Fault withFault) {
        failOperation = number;
        fault = withFault;
    }

    /** {@code fault} befalls the change {@code number}. */
    public synchronized void failChange(long number, Fault withFault) {
        failChange = number;
        fault = withFault;
    }

    /** {@code fault} befalls the next operation of this kind. */
    public synchronized void failNext(Operation operation, Fault withFault) {
        failNext = operation;
        fault = withFault;
    }

    /** Ends {@link Fault#DISK_FULL}. */
    public synchronized void freeSpace() {
        full = false;
        bytesMax = Long.MAX_VALUE;
    }

    /** The disk holds so many bytes of files; a write beyond leaves what fits and fails. */
    public synchronized void limitTo(long newBytesMax) {
        bytesMax = newBytesMax;
    }

    /** Bytes of all files with a name. */
    public synchronized long usedBytes() {
        return tree.files().stream().mapToLong(SimInode::size).sum();
    }

    /** Whether nothing is in the cache from now on, as far as the store says. */
    public void setCold(boolean isCold) {
        cold = isCold;
    }

    /** Flips bits of a byte, as rot does: in the cache and on the disk. */
    public synchronized void corrupt(Path file, long offset, int mask) {
        inode(file).flip(offset, mask);
    }

    /** The file's bytes as programs see them. */
    public synchronized byte[] bytes(Path file) {
        return inode(file).bytes();
    }

    /** The file's bytes that no power loss can take. */
    public synchronized byte[] durableBytes(Path file) {
        return inode(file).durableBytes();
    }

    private SimInode inode(Path file) {
        try {
            return tree.file(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The power fails: the disk as it may be found afterwards. The same seed leaves the same. */
    public synchronized SimFileStore crash(Random random) {
        dead = "the power is off";
        return new SimFileStore(tree.afterPowerLoss(random));
    }

    /**
     * The process is killed, the machine goes on: the disk afterwards. All is there, and what was not forced or synced may still be lost
     * at a later {@link #crash}.
     */
    public synchronized SimFileStore crashKeepingAll() {
        dead = "the process was killed";
        return new SimFileStore(tree);
    }

    // For the engine.

    @FunctionalInterface
    private interface Body<T extends @Nullable Object> {
        T run() throws IOException;
    }

    private <T extends @Nullable Object> T run(Operation operation, Path path, Body<T> body) throws IOException {
        return run(operation, path, body, () -> {});
    }

    /** @param half what an operation that fails does nevertheless */
    private synchronized <T extends @Nullable Object> T run(Operation operation, Path path, Body<T> body, Runnable half)
            throws IOException {
        requireAlive();
        @Nullable Fault due = count(operation, path);
        if (due == Fault.DISK_FULL) {
            full = true;
        }
        if (full && grows(operation)) {
            half.run();
            throw failure(path, "No space left on device");
        }
        return switch (due) {
            case null -> body.run();
            case DISK_FULL -> body.run();
            case ERROR -> {
                half.run();
                throw failure(path, "simulated failure of " + operation);
            }
            case ERROR_THOUGH_DONE -> {
                body.run();
                throw failure(path, "simulated failure after " + operation);
            }
            case POWER_LOSS -> {
                if (operation != Operation.FORCE && operation != Operation.SYNC_DIRECTORY) {
                    body.run();
                }
                dead = "the power is off";
                throw failure(path, dead);
            }
        };
    }

    private void requireAlive() throws IOException {
        if (dead != null) {
            throw new IOException(dead);
        }
    }

    private @Nullable Fault count(Operation operation, Path path) {
        operations++;
        if (operation.changes) {
            changes++;
        }
        if (history.size() == HISTORY_MAX) {
            history.removeFirst();
        }
        history.addLast(operations + " " + operation + " " + path);
        boolean due =
                operations == failOperation || (operation.changes && changes == failChange) || operation == failNext;
        if (due) {
            failNext = null;
        }
        return due ? fault : null;
    }

    private static boolean grows(Operation operation) {
        return switch (operation) {
            case CREATE, CREATE_DIRECTORIES, LINK, WRITE -> true;
            case OPEN, LIST, RENAME, DELETE, SYNC_DIRECTORY, LOCK, READ, SIZE, TRUNCATE, FORCE -> false;
        };
    }

    private static FileSystemException failure(Path path, String reason) {
        return new FileSystemException(path.toString(), null, reason);
    }

    @Override
    public File create(Path file) throws IOException {
        return run(Operation.CREATE, file, () -> new SimFile(file, tree.create(file), true));
    }

    @Override
    public File openForRead(Path file) throws IOException {
        return run(Operation.OPEN, file, () -> new SimFile(file, tree.file(file), false));
    }

    @Override
    public File openForWrite(Path file) throws IOException {
        return run(Operation.OPEN, file, () -> new SimFile(file, tree.file(file), true));
    }

    @Override
    public synchronized boolean exists(Path file) {
        if (dead != null) {
            throw new UncheckedIOException(new IOException(dead));
        }
        return tree.exists(file);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return run(Operation.LIST, directory, () -> tree.list(directory));
    }

    private void change(Operation operation, Path path, Change change) throws IOException {
        run(operation, path, () -> {
            change.run();
            return true;
        });
    }

    @FunctionalInterface
    private interface Change {
        void run() throws IOException;
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        change(Operation.CREATE_DIRECTORIES, directory, () -> tree.createDirectories(directory));
    }

    @Override
    public void rename(Path source, Path target) throws IOException {
        change(Operation.RENAME, target, () -> tree.rename(source, target));
    }

    @Override
    public void link(Path existing, Path link) throws IOException {
        change(Operation.LINK, link, () -> tree.link(existing, link));
    }

    @Override
    public void delete(Path file) throws IOException {
        change(Operation.DELETE, file, () -> tree.delete(file));
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        change(Operation.SYNC_DIRECTORY, directory, () -> tree.sync(directory));
    }

    @Override
    public AutoCloseable lock(Path lockFile) throws IOException {
        return run(Operation.LOCK, lockFile, () -> {
            if (!tree.exists(lockFile)) {
                tree.create(lockFile);
            }
            if (!locks.add(lockFile)) {
                throw failure(
                        Objects.requireNonNull(lockFile.toAbsolutePath().getParent()), "is in use by this process");
            }
            AtomicBoolean held = new AtomicBoolean(true);
            return () -> {
                if (held.getAndSet(false)) {
                    unlock(lockFile);
                }
            };
        });
    }

    private synchronized void unlock(Path lockFile) {
        locks.remove(lockFile);
    }

    private final class SimFile implements File {
        private final Path file;
        private final SimInode inode;
        private final boolean writable;
        private boolean closed;

        SimFile(Path file, SimInode inode, boolean writable) {
            this.file = file;
            this.inode = inode;
            this.writable = writable;
            openFiles++;
        }

        private void requireOpen(boolean forWrite) throws IOException {
            if (closed) {
                throw failure(file, "is closed");
            }
            if (forWrite && !writable) {
                throw failure(file, "was opened for reading");
            }
        }

        @Override
        public void write(long offset, ByteBuffer... buffers) throws IOException {
            byte[] bytes = drain(buffers);
            if (bytes.length == 0) {
                return;
            }
            synchronized (SimFileStore.this) {
                requireOpen(true);
                run(
                        Operation.WRITE,
                        file,
                        () -> {
                            long growth = Math.max(0, offset + bytes.length - inode.size());
                            long room = bytesMax == Long.MAX_VALUE ? growth : Math.max(0, bytesMax - usedBytes());
                            if (growth > room) {
                                int fits = (int) Math.max(0, bytes.length - (growth - room));
                                inode.write(offset, first(bytes, fits));
                                throw failure(file, "No space left on device");
                            }
                            inode.write(offset, bytes);
                            return true;
                        },
                        () -> inode.write(offset, first(bytes, bytes.length / 2)));
            }
        }

        private static byte[] drain(ByteBuffer... buffers) {
            int length = 0;
            for (ByteBuffer buffer : buffers) {
                length += buffer.remaining();
            }
            ByteBuffer all = ByteBuffer.allocate(length);
            for (ByteBuffer buffer : buffers) {
                all.put(buffer);
            }
            return all.array();
        }

        private static byte[] first(byte[] bytes, int length) {
            return Arrays.copyOf(bytes, length);
        }

        @Override
        public int read(long offset, ByteBuffer target) throws IOException {
            byte[] bytes = new byte[target.remaining()];
            synchronized (SimFileStore.this) {
                requireOpen(false);
                int length = run(Operation.READ, file, () -> inode.read(offset, bytes));
                target.put(bytes, 0, length);
                return length;
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (SimFileStore.this) {
                requireOpen(false);
                return run(Operation.SIZE, file, inode::size);
            }
        }

        @Override
        public boolean mayWait(long offset, int bytes) {
            return cold;
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (SimFileStore.this) {
                requireOpen(true);
                change(Operation.TRUNCATE, file, () -> inode.truncate(size));
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (SimFileStore.this) {
                requireOpen(false);
                run(
                        Operation.FORCE,
                        file,
                        () -> {
                            inode.force();
                            return true;
                        },
                        inode::failForce);
            }
        }

        @Override
        public void close() {
            synchronized (SimFileStore.this) {
                if (!closed) {
                    closed = true;
                    openFiles--;
                }
            }
        }
    }
}

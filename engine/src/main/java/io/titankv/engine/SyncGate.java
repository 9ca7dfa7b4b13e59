package io.titankv.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Knows what was applied and what of it is durable, and shares fsyncs among those who wait for one. Thread-safe.
 *
 * <p>Invariant: synced <= applied. After a failed fsync the gate is shut for good: what is on disk is not known any more.
 */
final class SyncGate {
    /**
     * The end of what was applied. Immutable; replaced as a whole after each batch.
     *
     * @param bytes end of the last batch in the file
     * @param before the file that the log goes on from, unless it is known to be forced
     */
    record Tail(
            DataFile file,
            long bytes,
            EntryPosition applied,
            @Nullable DataFile before) {}

    /** Lock order: the engine's write lock, this, then the lock of {@link DataFiles}. */
    private final ReentrantLock syncLock = new ReentrantLock();

    /** Opens when the force that is under way has ended; null when there is none. */
    private final AtomicReference<@Nullable CountDownLatch> round = new AtomicReference<>();

    private final EngineListener listener;
    private final SyncMark mark;
    private volatile Tail tail;
    private volatile EntryPosition synced;

    /** A file that ended with this id or a smaller one was forced. Under {@link #syncLock}. */
    private long forcedFileId;

    private volatile @Nullable StorageException failure;

    /** Starts with everything up to the tail durable. */
    SyncGate(Tail tail, SyncMark mark, EngineListener listener) {
        this.tail = tail;
        this.synced = tail.applied();
        this.mark = mark;
        this.listener = listener;
    }

    EntryPosition applied() {
        return tail.applied();
    }

    EntryPosition synced() {
        return synced;
    }

    boolean isWritable() {
        return failure == null;
    }

    void requireWritable() {
        StorageException first = failure;
        if (first != null) {
            throw StorageException.stoppingWrites(
                    "the engine stopped writing after an earlier failure", first.file(), first);
        }
    }

    /** Shuts the gate; returns what to throw. */
    StorageException stop(String what, @Nullable Path file, Throwable cause) {
        StorageException stopped = StorageException.stoppingWrites(what + "; the engine stopped writing", file, cause);
        if (failure == null) {
            failure = stopped;
            listener.onWritingStopped(stopped);
        }
        return stopped;
    }

    /** A batch was written, and ends there in the file. Called with the write lock held. */
    void onApplied(long bytes, EntryPosition applied) {
        Tail before = tail;
        tail = new Tail(before.file(), bytes, applied, before.before());
    }

    /** The log goes on in another file; nothing is known to be durable for that. Called with the write lock held. */
    void onNextFile(Tail newTail) {
        tail = newTail;
    }

    /** The file was sealed, which synced all of it. Called with the write lock and {@link #syncLock} held. */
    void onSealed(Tail newTail) {
        tail = newTail;
        onSynced(newTail);
    }

    ReentrantLock syncLock() {
        return syncLock;
    }

    /**
     * Returns when everything applied before the call is durable. One caller forces the file; those who come meanwhile wait for its end,
     * all at once and not one after the other, and then one of those that it did not cover forces for all of them.
     */
    EntryPosition sync() {
        EntryPosition wanted = tail.applied();
        while (true) {
            requireWritable();
            if (synced.compareTo(wanted) >= 0) {
                return synced;
            }
            CountDownLatch mine = new CountDownLatch(1);
            CountDownLatch running = round.compareAndExchange(null, mine);
            if (running != null) {
                await(running);
                continue;
            }
            try {
                force(wanted);
            } finally {
                round.set(null);
                mine.countDown();
            }
        }
    }

    private static void await(CountDownLatch ended) {
        boolean interrupted = false;
        while (true) {
            try {
                ended.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void force(EntryPosition wanted) {
        syncLock.lock();
        try {
            requireWritable();
            // A seal may have synced meanwhile.
            if (synced.compareTo(wanted) < 0) {
                Tail covered = tail;
                try {
                    DataFile before = covered.before();
                    if (before != null && before.fileId() > forcedFileId) {
                        before.file().force();
                    }
                    covered.file().file().force();
                } catch (IOException e) {
                    throw stop("fsync failed", covered.file().path(), e);
                }
                onSynced(covered);
            }
        } finally {
            syncLock.unlock();
        }
    }

    /** Makes a file durable that has its end, without the room taken behind it. */
    void syncFull(ActiveFile full, EntryPosition applied) throws IOException {
        syncLock.lock();
        try {
            requireWritable();
            full.trim();
            FinalFailure.force(full.data().file());
            forcedFileId = full.data().fileId();
            if (synced.compareTo(applied) < 0) {
                onSynced(new Tail(full.data(), full.bytes(), applied, null));
            }
        } finally {
            syncLock.unlock();
        }
    }

    /** Makes the mark durable as well: a store that was closed has no tail that could be torn. */
    void close() throws IOException {
        syncLock.lock();
        try (mark) {
            if (failure == null) {
                mark.write(tail.file().fileId(), tail.bytes());
                mark.force();
            }
        } finally {
            syncLock.unlock();
        }
    }

    private void onSynced(Tail covered) {
        synced = covered.applied();
        try {
            mark.write(covered.file().fileId(), covered.bytes());
        } catch (IOException e) {
            // The data is durable. A mark that stays behind is what a power loss leaves as well: it only makes recovery
            // take rot in
            // the last bytes for a torn tail. The next fsync writes it again.
            return;
        }
    }
}

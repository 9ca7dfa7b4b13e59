package io.titankv.engine;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ends full data files, mostly beside the writes that follow. When a file is half full a spare one is made ready. A full file gets a
 * record that says so, and from then on the spare one is written; the fsyncs that seal the full one are made in the background. So
 * at most two files are unsealed, and what a power loss leaves is a prefix of the log: the second of them counts only while the first
 * has its end.
 *
 * <p>Without a spare, and for a checkpoint, the file is sealed on the calling thread. Calls are made with the write lock held.
 */
final class Sealer {
    /** A file that has its end but is not sealed, the last entry in it, and the file that follows. */
    private record Full(ActiveFile file, EntryPosition applied, DataFile next) {}

    private final DataFiles files;
    private final SyncGate gate;
    private final BackgroundTasks tasks;
    private final long fileBytesMax;
    private final EngineListener listener;

    /** Set under the write lock, cleared by the task that sealed it. */
    private volatile @Nullable Full full;

    /** Set by the task that made it, cleared under the write lock. */
    private volatile @Nullable DataFile spare;

    /** Whether a spare file was asked for since the last seal: what failed is not tried at every batch. */
    private boolean isSpareAskedFor;

    Sealer(
            DataFiles files,
            SyncGate gate,
            BackgroundTasks tasks,
            long fileBytesMax,
            @Nullable DataFile spare,
            EngineListener listener) {
        this.listener = listener;
        this.files = files;
        this.gate = gate;
        this.tasks = tasks;
        this.fileBytesMax = fileBytesMax;
        this.spare = spare;
    }

    /** The active file has so many bytes now. */
    void onGrown(long activeBytes) {
        if (activeBytes > fileBytesMax / 2 && !isSpareAskedFor && spare == null) {
            isSpareAskedFor = true;
            tasks.begin(() -> {
                sealLeft();
                spare = files.createSpare();
            });
        }
    }

    /** Ends the active file and returns the one to go on with. Nothing has changed when this throws. */
    ActiveFile next(ActiveFile active) throws IOException {
        await();
        DataFile next = spare;
        if (next == null) {
            return seal(active);
        }
        next.file().mapForAppends();
        active.end(gate.applied());
        Full ended = new Full(active, gate.applied(), next);
        full = ended;
        onNext();
        gate.onNextFile(tail(next, ended));
        tasks.begin(() -> {
            seal(ended);
            writeHint(active);
        });
        return ActiveFile.fresh(next, files.header(next));
    }

    /** Seals the active file, and returns the one to go on with. Nothing has changed when this throws. */
    ActiveFile seal(ActiveFile active) throws IOException {
        await();
        gate.syncLock().lock();
        try {
            ActiveFile next = files.sealAndStart(active, gate.applied(), spare);
            onNext();
            gate.onSealed(tail(next.data(), null));
            tasks.begin(() -> writeHint(active));
            return next;
        } finally {
            gate.syncLock().unlock();
        }
    }

    private void onNext() {
        spare = null;
        isSpareAskedFor = false;
    }

    /** Where the log goes on. */
    private SyncGate.Tail tail(DataFile next, @Nullable Full before) {
        return new SyncGate.Tail(
                next,
                DataFileHeader.BYTES,
                gate.applied(),
                before == null ? null : before.file().data());
    }

    private void seal(Full ended) throws IOException {
        ActiveFile file = ended.file();
        try {
            gate.syncFull(file, ended.applied());
            files.seal(
                    file.data(), file.describe(), ended.applied(), ended.next().fileId());
        } catch (FinalFailure e) {
            throw gate.stop("cannot seal", file.data().path(), e);
        }
        full = null;
    }

    /** Waits until every file but the active one is sealed, and does itself what failed in the background. */
    void await() throws IOException {
        tasks.await();
        sealLeft();
    }

    /** Seals a full file whose seal failed before: the manifest has room for no other file as long. */
    private void sealLeft() throws IOException {
        Full left = full;
        if (left != null) {
            seal(left);
            tasks.begin(() -> writeHint(left.file()));
        }
    }

    private void writeHint(ActiveFile sealed) throws IOException {
        try {
            files.writeHint(sealed.data());
        } catch (CorruptDataException e) {
            listener.onCorruption(e);
        }
    }

    /** The files that are not sealed, the active one last. */
    List<ActiveFile> unsealed(ActiveFile active) {
        Full ended = full;
        return ended == null ? List.of(active) : List.of(ended.file(), active);
    }
}

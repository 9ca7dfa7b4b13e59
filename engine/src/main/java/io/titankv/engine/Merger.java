package io.titankv.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Carries merges out, beside reads and writes. Thread-safe: a second caller finds nothing to do.
 *
 * <p>A merge copies, makes the copies durable, syncs the active file, switches the manifest, moves the keydir's entries, and takes the
 * victims away, in this order. The sync is what makes leaving records out safe: a record was left out because a later one stands in
 * its place, and that one must not be lost to a power failure while the place is gone.
 */
final class Merger {
    /** Entries moved while writers wait: some hundred microseconds. A guess. */
    private static final int MOVES_AT_ONCE = 512;

    /** What the merger works on. */
    record Parts(
            EngineOptions options,
            DataFiles files,
            Keydir keydir,
            MetaTable meta,
            RecordReader reader,
            SyncGate gate,
            Writer writer,
            OverwriteChecks checks,
            EngineListener listener) {}

    private final Parts parts;
    private final ReentrantLock writeLock;
    /** Taken before the write lock. */
    private final ReentrantLock mergeLock = new ReentrantLock();
    /** Files found corrupt: left alone, so that each is reported once and other files are still merged. */
    private final Set<Long> corruptIds = new HashSet<>();

    private @Nullable MergeRun run;
    /** Whether the run's outputs are part of the store. */
    private boolean isAdopted;

    private boolean closed;

    Merger(Parts parts, ReentrantLock writeLock) {
        this.parts = parts;
        this.writeLock = writeLock;
    }

    /** Returns bytes read and written; 0 when nothing is worth merging. */
    long mergeSome(long budgetBytes) {
        if (budgetBytes < 1) {
            throw new IllegalArgumentException("a merge needs a budget: " + budgetBytes);
        }
        if (!mergeLock.tryLock()) {
            return 0;
        }
        try {
            parts.gate().requireWritable();
            parts.files().removeLeft();
            if (run == null && !closed) {
                isAdopted = false;
                run = planOrNull();
            }
            return run == null ? 0 : advance(run, budgetBytes);
        } finally {
            mergeLock.unlock();
        }
    }

    /** Drops the run there is, seals the active file, and begins a run of all; false when it would free nothing. */
    boolean beginAll() {
        // What is dead must be known.
        parts.checks().checkRange(0, 0);
        mergeLock.lock();
        try {
            drop();
            isAdopted = false;
            run = allOrNull();
            return run != null;
        } finally {
            mergeLock.unlock();
        }
    }

    private @Nullable MergeRun allOrNull() {
        writeLock.lock();
        try {
            parts.gate().requireWritable();
            parts.writer().seal();
            List<MergePlanner.Candidate> candidates = candidates();
            boolean isDense = candidates.stream()
                    .allMatch(each -> each.deadBytes() == 0 && each.file().graves() == 0);
            boolean isSmallest = candidates.stream()
                            .filter(each ->
                                    each.file().bytes() < parts.options().dataFileBytesMax() / 2)
                            .count()
                    <= 1;
            if (closed || (isDense && isSmallest)) {
                return null;
            }
            Set<Long> victimIds = new HashSet<>();
            candidates.forEach(each -> victimIds.add(each.file().fileId()));
            return newRun(victimIds);
        } finally {
            writeLock.unlock();
        }
    }

    /** Drops a merge that is not finished. */
    void close() {
        mergeLock.lock();
        try {
            closed = true;
            drop();
        } finally {
            mergeLock.unlock();
        }
    }

    private @Nullable MergeRun planOrNull() {
        writeLock.lock();
        try {
            Set<Long> victimIds =
                    Set.copyOf(MergePlanner.plan(candidates(), parts.options().dataFileBytesMax()));
            return victimIds.isEmpty() ? null : newRun(victimIds);
        } finally {
            writeLock.unlock();
        }
    }

    private List<MergePlanner.Candidate> candidates() {
        List<MergePlanner.Candidate> candidates = new ArrayList<>();
        for (DataFile file : parts.files().current().files()) {
            if (file.isSealed() && !corruptIds.contains(file.fileId())) {
                candidates.add(new MergePlanner.Candidate(
                        file.requireSealed(), file.liveBytes().get()));
            }
        }
        return candidates;
    }

    private MergeRun newRun(Set<Long> victimIds) {
        List<DataFile> victims = new ArrayList<>();
        long valueIndexMinElsewhere = Long.MAX_VALUE;
        for (ActiveFile unsealed : parts.writer().unsealed()) {
            valueIndexMinElsewhere = Math.min(valueIndexMinElsewhere, unsealed.valueIndexMin());
        }
        for (DataFile file : parts.files().current().files()) {
            if (victimIds.contains(file.fileId())) {
                victims.add(file);
            } else if (file.isSealed()) {
                valueIndexMinElsewhere =
                        Math.min(valueIndexMinElsewhere, file.requireSealed().valueIndexMin());
            }
        }
        return new MergeRun(
                parts.files(),
                parts.keydir(),
                parts.meta(),
                parts.reader(),
                parts.options().dataFileBytesMax(),
                victims,
                valueIndexMinElsewhere);
    }

    private long advance(MergeRun current, long budgetBytes) {
        try {
            long used = current.copySome(budgetBytes);
            if (current.isCopied()) {
                finish(current);
                run = null;
            }
            // A slice that only found an end has done something, too.
            return Math.max(1, used);
        } catch (CorruptDataException e) {
            drop();
            current.victims().stream()
                    .filter(victim -> victim.path().equals(e.file()))
                    .forEach(victim -> corruptIds.add(victim.fileId()));
            parts.listener().onCorruption(e);
            throw e;
        } catch (FinalFailure e) {
            // What the manifest says is not known: the outputs may be part of the store by now, and stay where they
            // are.
            current.leave();
            run = null;
            throw parts.gate().stop("cannot merge", null, e);
        } catch (IOException e) {
            drop();
            throw new StorageException(
                    "cannot merge", current.victims().getFirst().path(), e);
        } catch (RuntimeException | Error e) {
            if (isAdopted) {
                run = null;
            } else {
                drop();
            }
            throw e;
        }
    }

    private void drop() {
        if (run != null) {
            run.discard();
            run = null;
        }
    }

    private void finish(MergeRun copied) throws IOException {
        parts.gate().sync();
        parts.files().adopt(copied.victims(), copied.outputs());
        isAdopted = true;
        moveKeys(copied);
        moveMeta(copied);
        parts.files().remove(copied.victims());
        parts.listener()
                .onMerged(new EngineListener.Merged(
                        copied.victims().size(),
                        copied.outputs().size(),
                        bytesOf(copied.victims()),
                        bytesOf(copied.outputs())));
    }

    private void moveKeys(MergeRun copied) {
        MergeMoves moves = copied.moves();
        DataFileSet set = parts.files().current();
        for (int start = 0; start < moves.size(); start += MOVES_AT_ONCE) {
            writeLock.lock();
            try {
                int end = Math.min(moves.size(), start + MOVES_AT_ONCE);
                for (int move = start; move < end; move++) {
                    moveKey(moves, move, set);
                }
            } finally {
                writeLock.unlock();
            }
        }
    }

    /** Moves an entry, unless a write has put another in its place since the record was copied. */
    private void moveKey(MergeMoves moves, int move, DataFileSet set) {
        boolean moved = parts.keydir()
                .replace(
                        moves.token(move),
                        moves.sourceFileId(move),
                        moves.sourceOffset(move),
                        moves.targetFileId(move),
                        moves.targetOffset(move),
                        moves.recordBytes(move));
        DataFile source = set.fileOrNull(moves.sourceFileId(move));
        DataFile target = set.fileOrNull(moves.targetFileId(move));
        if (source == null || target == null) {
            throw new IllegalStateException("broken invariant: both ends of a move are open");
        }
        if (moved) {
            source.liveBytes().addAndGet(-moves.recordBytes(move));
            target.liveBytes().addAndGet(moves.recordBytes(move));
        }
    }

    private void moveMeta(MergeRun copied) {
        writeLock.lock();
        try {
            for (MergeRun.MetaMove move : copied.metaMoves()) {
                MetaTable.Entry entry = parts.meta().entryOrNull(move.name());
                if (entry != null && entry.isAt(move.sourceFileId(), move.sourceOffset())) {
                    parts.meta().put(move.name(), entry.movedTo(move.target(), move.targetOffset()));
                }
            }
        } finally {
            writeLock.unlock();
        }
    }

    private static long bytesOf(List<DataFile> files) {
        return files.stream().mapToLong(file -> file.requireSealed().bytes()).sum();
    }
}

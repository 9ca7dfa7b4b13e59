package io.titankv.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds out which records a blind overwrite made dead. A put whose key's old record would have to come from the disk does not wait for
 * it: the new record is indexed beside the old one, and the token is noted in {@link UncheckedTokens}. Readers take a token's newest
 * record of their key; whoever needs the truth about all of a token's records has it checked first. When there are many, a task in the
 * background checks them, so that the disk's work is never a writer's.
 *
 * <p>That tokens are equal says nothing: a check compares keys.
 */
final class OverwriteChecks implements AutoCloseable {
    /** Counts of a range that blind overwrites spoil before writers have to wait for one. */
    private static final int COUNT_ATTEMPTS = 3;

    private final Keydir keydir;
    private final DataFiles files;
    private final RecordReader reader;
    private final ReentrantLock writeLock;
    private final EngineListener listener;
    private final UncheckedTokens unchecked;
    private final BackgroundTasks tasks;

    /** The writer's. */
    private final Places writersPlaces = new Places();

    private volatile boolean stopped;

    OverwriteChecks(
            Keydir keydir,
            DataFiles files,
            RecordReader reader,
            ReentrantLock writeLock,
            EngineListener listener,
            UncheckedTokens unchecked,
            Executor background) {
        this.keydir = keydir;
        this.files = files;
        this.reader = reader;
        this.writeLock = writeLock;
        this.listener = listener;
        this.unchecked = unchecked;
        this.tasks = new BackgroundTasks(background);
    }

    /** The tokens that wait for their check. */
    UncheckedTokens unchecked() {
        return unchecked;
    }

    /** Checks the token now, with the write lock held; may wait for the disk. */
    void check(long token) {
        if (unchecked.contains(token)) {
            int found = keydir.find(token, writersPlaces);
            settle(token, writersPlaces, deadAmong(files.current(), writersPlaces, found));
        }
    }

    /** Checks all tokens of a range; an end of 0 stands for 2^64. Waits for the disk without keeping writers waiting. Any thread. */
    void checkRange(long startInclusive, long endExclusive) {
        Places places = new Places();
        for (long token : waiting(startInclusive, endExclusive)) {
            if (!checkBeside(token, places)) {
                writeLock.lock();
                try {
                    check(token);
                } finally {
                    writeLock.unlock();
                }
            }
        }
    }

    /** Live keys of a range; an end of 0 stands for 2^64. Any thread. */
    long count(long startInclusive, long endExclusive) {
        ScanSpec.requireRange(startInclusive, endExclusive);
        if (endExclusive != 0 && startInclusive == endExclusive) {
            return 0;
        }
        for (int attempt = 0; attempt < COUNT_ATTEMPTS; attempt++) {
            long before = unchecked.additions();
            checkRange(startInclusive, endExclusive);
            long count = countUnchecked(startInclusive, endExclusive);
            if (unchecked.additions() == before) {
                return count;
            }
        }
        writeLock.lock();
        try {
            unchecked.within(startInclusive, endExclusive).forEach(this::check);
            return countUnchecked(startInclusive, endExclusive);
        } finally {
            writeLock.unlock();
        }
    }

    private long countUnchecked(long startInclusive, long endExclusive) {
        // The keydir is not closed while a reader is counted in.
        DataFileSet set = files.enter();
        try {
            return keydir.count(startInclusive, endExclusive);
        } finally {
            set.leave();
        }
    }

    /** A batch was applied: begins to check in the background when half of the room is used. */
    void onApplied() {
        if (!unchecked.haveRoomFor(UncheckedTokens.TOKENS_MAX / 2, unchecked.bytes()) && tasks.isIdle() && !stopped) {
            tasks.begin(this::checkAll);
        }
    }

    private void checkAll() {
        try {
            Places places = new Places();
            for (long token : waiting(0, 0)) {
                if (stopped) {
                    return;
                }
                checkBeside(token, places);
            }
        } catch (CorruptDataException e) {
            // Nothing is lost that was not: the record has a newer one, or a read of its key will meet it.
            stopped = true;
            listener.onCorruption(e);
        } catch (StorageException e) {
            // A disk that cannot be read now. The tokens wait on, and writers check for themselves when there is no
            // room left.
            return;
        }
    }

    /** In the order in which the older records lie on the disk. */
    private List<Long> waiting(long startInclusive, long endExclusive) {
        record Waiting(long token, long start) {}
        List<Waiting> all = new ArrayList<>();
        writeLock.lock();
        try {
            for (long token : unchecked.within(startInclusive, endExclusive)) {
                int found = keydir.find(token, writersPlaces);
                all.add(new Waiting(token, found == 0 ? 0 : writersPlaces.start(0)));
            }
        } finally {
            writeLock.unlock();
        }
        all.sort((left, right) -> Long.compareUnsigned(left.start(), right.start()));
        return all.stream().map(Waiting::token).toList();
    }

    /** Reads without the lock, and takes it only when nothing of the token changed meanwhile. */
    private boolean checkBeside(long token, Places places) {
        List<Integer> dead;
        DataFileSet set = files.enter();
        try {
            int found = keydir.find(token, places);
            if (!set.hold(places, 0, found)) {
                return false;
            }
            dead = deadAmong(set, places, found);
        } finally {
            set.leave();
        }
        writeLock.lock();
        try {
            keydir.find(token, writersPlaces);
            boolean same = writersPlaces.areSame(places);
            if (same) {
                settle(token, places, dead);
            }
            return same;
        } finally {
            writeLock.unlock();
        }
    }

    /** Which of a token's records have a newer one of the same key: newer ones come later. */
    private List<Integer> deadAmong(DataFileSet set, Places places, int found) {
        List<Integer> dead = new ArrayList<>();
        for (int older = 0; older + 1 < found; older++) {
            StoredRecord head = read(set, places, older);
            for (int newer = older + 1; newer < found; newer++) {
                if (reader.keyIs(
                        set.require(places.fileId(newer)),
                        places.offset(newer),
                        places.recordBytes(newer),
                        head.key())) {
                    dead.add(older);
                    break;
                }
            }
        }
        return dead;
    }

    private StoredRecord read(DataFileSet set, Places places, int place) {
        return reader.record(
                set.require(places.fileId(place)),
                places.offset(place),
                places.recordBytes(place),
                /* withValue= */ false);
    }

    private void settle(long token, Places places, List<Integer> dead) {
        for (int place : dead) {
            boolean removed = keydir.remove(token, places.fileId(place), places.offset(place));
            Invariants.check(removed, "the record that was checked is in the keydir");
            files.current().require(places.fileId(place)).liveBytes().addAndGet(-places.recordBytes(place));
        }
        unchecked.remove(token);
    }

    /** Returns when nothing is checked in the background any more. Not with the write lock held. */
    @Override
    public void close() {
        writeLock.lock();
        try {
            stopped = true;
        } finally {
            writeLock.unlock();
        }
        try {
            tasks.await();
        } catch (FinalFailure e) {
            throw new IllegalStateException("broken invariant: a check forces nothing", e);
        }
    }
}

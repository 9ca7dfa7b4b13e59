package io.titankv.multiraft.host;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.List;
import org.apache.ratis.server.raftlog.RaftLog;

/**
 * Knows which entries of a group's log may go, by their number and by their bytes, and when it is time for a snapshot that lets them go.
 * Ratis itself counts entries alone: of large values the same number is gigabytes.
 *
 * <p>For one thread, the group's updater.
 */
final class LogTail {
    /** What is kept is known to such a part of it. */
    private static final int PARTS = 64;

    /** Of an entry in the log, beside what it carries. */
    private static final int ENTRY_OVERHEAD_BYTES = 64;

    /** Up to and with this entry the log has so many bytes, counted from wherever this began. */
    private record Mark(long index, long bytes) {}

    private final LogBounds bounds;
    private final Runnable snapshotDue;

    /** Oldest first. All but the first have less than what is kept behind them. */
    private final ArrayDeque<Mark> marks = new ArrayDeque<>();

    private Mark last;

    /** When a snapshot was due last. */
    private Mark due;

    /**
     * The tail of a log that was found.
     *
     * @param segments of the log, in order
     * @param durable up to here the state is durable: entries behind it come again
     * @param snapshotDue told, by the updater, when it is time for a snapshot; must not wait
     */
    LogTail(LogBounds bounds, List<LogSegmentFile> segments, long durable, Runnable snapshotDue) throws IOException {
        this.bounds = bounds;
        this.snapshotDue = snapshotDue;
        long bytes = 0;
        for (LogSegmentFile segment : segments) {
            if (!segment.isOpen() && segment.last() <= durable) {
                bytes += Files.size(segment.path());
                marks.addLast(new Mark(segment.last(), bytes));
            }
        }
        last = new Mark(durable, bytes);
        due = last;
        mark();
    }

    /** An entry that was applied, or passed over, and what it carries. */
    void add(long index, int bytes) {
        last = new Mark(index, last.bytes + bytes + ENTRY_OVERHEAD_BYTES);
        Mark newest = marks.getLast();
        if (last.index - newest.index >= Math.max(1, bounds.entriesKept() / PARTS)
                || last.bytes - newest.bytes >= Math.max(1, bounds.bytesKept() / PARTS)) {
            mark();
        }
        if (last.index - due.index >= bounds.snapshotEveryEntries()
                || last.bytes - due.bytes >= bounds.snapshotEveryBytes()) {
            due = last;
            snapshotDue.run();
        }
    }

    /** The state was replaced by one with everything up to here; the log begins anew behind it. */
    void restart(long index) {
        marks.clear();
        last = new Mark(index, last.bytes);
        due = last;
        mark();
    }

    /**
     * Up to here entries may go, those that are kept left out.
     *
     * @param durable up to here the state is durable
     * @return {@link RaftLog#INVALID_LOG_INDEX} when all have to stay
     */
    long purgeable(long durable) {
        due = last;
        Mark oldest = oldest();
        return isOutside(oldest) ? Math.min(oldest.index, durable) : RaftLog.INVALID_LOG_INDEX;
    }

    private void mark() {
        marks.addLast(last);
        var _ = oldest();
    }

    /** The newest mark with enough behind it, or the first if none has. Those before it are let go. */
    private Mark oldest() {
        Mark oldest = marks.removeFirst();
        while (!marks.isEmpty() && isOutside(marks.getFirst())) {
            oldest = marks.removeFirst();
        }
        marks.addFirst(oldest);
        return oldest;
    }

    private boolean isOutside(Mark mark) {
        return last.index - mark.index >= bounds.entriesKept() || last.bytes - mark.bytes >= bounds.bytesKept();
    }
}

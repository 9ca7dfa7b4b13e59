package io.titankv.multiraft.host;

import io.titankv.multiraft.host.LogRecordFormat.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through a Raft log before Ratis opens it, and tells a torn tail from rot.
 *
 * <p>What a power loss left unfinished behind the last whole entry of the open segment was never acknowledged: it is cut off. A bad entry
 * with a whole one behind it, or in a closed segment, may have been acknowledged: nothing is cut, the log is called rotten. Neither
 * setting of Ratis does both: one refuses a torn tail, the other drops what follows rot. Rot in the very last record cannot be told
 * from a torn tail by anybody.
 */
final class LogDoctor {
    private static final Logger LOG = LoggerFactory.getLogger(LogDoctor.class);

    private LogDoctor() {}

    /** What the log holds: entries first to last; first is after last when there are none. */
    record Finding(long first, long last) {
        boolean isEmpty() {
            return last < first;
        }
    }

    /**
     * Cuts a torn tail, and deletes what a purge that was cut short has left; makes both durable.
     *
     * @param stateIndex up to here the entries' effects are in the state machine's durable state
     * @throws RottenLogException when the log is rotten
     */
    static Finding examine(Path directory, long stateIndex) throws IOException {
        List<LogSegmentFile> segments = withoutLeftovers(directory, LogSegmentFile.in(directory), stateIndex);
        if (segments.isEmpty()) {
            return new Finding(0, -1);
        }
        long next = segments.getFirst().first();
        for (LogSegmentFile segment : segments) {
            if (segment.first() != next) {
                throw new RottenLogException(
                        segment.path(),
                        0,
                        "entries " + next + " to " + (segment.first() - 1) + " are missing before it");
            }
            boolean isLast = segment.equals(segments.getLast());
            if (segment.isOpen() && !isLast) {
                throw new RottenLogException(segment.path(), 0, "an open segment with another behind it");
            }
            next = segment.isOpen() ? examineOpen(segment) : examineClosed(segment);
        }
        return new Finding(segments.getFirst().first(), next - 1);
    }

    /**
     * Ratis purges the newest of the purged segments first, and after an installed snapshot it begins a new segment before it purges. A
     * crash in between leaves a gap, with segments before it that nobody needs any more.
     */
    private static List<LogSegmentFile> withoutLeftovers(Path directory, List<LogSegmentFile> segments, long stateIndex)
            throws IOException {
        int begin = 0;
        for (int i = 1; i < segments.size(); i++) {
            LogSegmentFile before = segments.get(i - 1);
            boolean gap = before.isOpen() || before.last() + 1 < segments.get(i).first();
            if (gap && segments.get(i).first() - 1 <= stateIndex) {
                begin = i;
            }
        }
        for (LogSegmentFile leftover : segments.subList(0, begin)) {
            LOG.atWarn().addKeyValue("file", leftover.path()).log("deleted what a purge had left");
            Files.delete(leftover.path());
        }
        if (begin > 0) {
            Directories.fsync(directory);
        }
        return segments.subList(begin, segments.size());
    }

    private static long examineClosed(LogSegmentFile segment) throws IOException {
        ByteBuffer file = read(segment.path());
        if (!LogRecordFormat.hasHeader(file)) {
            throw new RottenLogException(segment.path(), 0, "bad header");
        }
        int position = LogRecordFormat.HEADER.length;
        long next = segment.first();
        while (next <= segment.last()) {
            Found found = position < file.limit() ? LogRecordFormat.recordAtOrNull(file, position) : null;
            if (found == null || found.index() != next) {
                throw new RottenLogException(segment.path(), position, "bad entry " + next + " in a closed segment");
            }
            position += found.bytes();
            next++;
        }
        if (LogRecordFormat.endOfWritten(file, position) > position) {
            throw new RottenLogException(segment.path(), position, "more than the entries of a closed segment");
        }
        return next;
    }

    private static long examineOpen(LogSegmentFile segment) throws IOException {
        ByteBuffer file = read(segment.path());
        int position = 0;
        long next = segment.first();
        if (LogRecordFormat.hasHeader(file)) {
            position = LogRecordFormat.HEADER.length;
            Found found = recordOrNull(file, position, next);
            while (found != null) {
                position += found.bytes();
                next++;
                found = recordOrNull(file, position, next);
            }
        }
        int written = LogRecordFormat.endOfWritten(file, position);
        if (written > position) {
            requireNothingBehind(segment, file, position, next - 1, written);
            cut(segment, position, written);
        }
        return next;
    }

    private static @Nullable Found recordOrNull(ByteBuffer file, int position, long index) {
        Found found = position < file.limit() ? LogRecordFormat.recordAtOrNull(file, position) : null;
        return found != null && found.index() == index ? found : null;
    }

    private static void requireNothingBehind(
            LogSegmentFile segment, ByteBuffer file, int position, long lastGood, int written) {
        for (int at = position; at < written; at++) {
            if (LogRecordFormat.mayBeginAt(file, at, lastGood)) {
                Found behind = LogRecordFormat.recordAtOrNull(file, at);
                if (behind != null && behind.index() > lastGood) {
                    throw new RottenLogException(
                            segment.path(),
                            position,
                            "bad entry " + (lastGood + 1) + " with whole entry " + behind.index() + " behind it");
                }
            }
        }
    }

    private static void cut(LogSegmentFile segment, int position, int written) throws IOException {
        LOG.atWarn()
                .addKeyValue("file", segment.path())
                .addKeyValue("offset", position)
                .addKeyValue("bytes", written - position)
                .log("cut off the torn tail of a Raft log");
        try (FileChannel channel = FileChannel.open(segment.path(), StandardOpenOption.WRITE)) {
            channel.truncate(position);
            channel.force(true);
        }
    }

    private static ByteBuffer read(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // on to the end
            }
            return bytes.flip();
        }
    }
}

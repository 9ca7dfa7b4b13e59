package io.titankv.multiraft.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A segment of a Raft log as Ratis 3.3.0 names it: {@code log_START-END} when closed, {@code log_inprogress_START} while it is
 * written.
 *
 * @param first index of its first entry
 * @param last index of its last entry; -1 while it is open
 */
record LogSegmentFile(Path path, long first, long last) {
    private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");

    boolean isOpen() {
        return last < 0;
    }

    /** The segments of a log in order; none when there is no log. */
    static List<LogSegmentFile> in(Path directory) throws IOException {
        List<LogSegmentFile> segments = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    String name = file.getFileName().toString();
                    Matcher closed = CLOSED.matcher(name);
                    Matcher open = OPEN.matcher(name);
                    if (closed.matches()) {
                        segments.add(new LogSegmentFile(
                                file, Long.parseLong(closed.group(1)), Long.parseLong(closed.group(2))));
                    } else if (open.matches()) {
                        segments.add(new LogSegmentFile(file, Long.parseLong(open.group(1)), -1));
                    }
                }
            }
        }
        segments.sort(Comparator.comparingLong(LogSegmentFile::first));
        return segments;
    }
}

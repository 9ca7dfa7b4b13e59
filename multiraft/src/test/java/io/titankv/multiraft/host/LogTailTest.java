package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogTailTest {
    private static final long ALL_STAY = -1;

    @TempDir
    private Path directory;

    private int snapshotsDue;

    private LogTail tail(LogBounds bounds, long durable) throws IOException {
        return new LogTail(bounds, LogSegmentFile.in(directory), durable, () -> snapshotsDue++);
    }

    private static LogBounds bounds(int entries, long bytes) {
        return new LogBounds(entries, bytes, entries, bytes, Duration.ofMinutes(1));
    }

    private static void add(LogTail tail, int first, int last, int bytes) {
        for (int i = first; i <= last; i++) {
            tail.add(i, bytes);
        }
    }

    private void segment(String name, int bytes) throws IOException {
        Files.write(directory.resolve(name), new byte[bytes]);
    }

    @Test
    void nothingGoesBeforeThereIsEnough() throws IOException {
        LogTail tail = tail(bounds(100, 1 << 20), 0);

        add(tail, 1, 99, 10);

        assertThat(tail.purgeable(99)).isEqualTo(ALL_STAY);
    }

    @Test
    void smallEntriesStayByTheirNumber() throws IOException {
        LogTail tail = tail(bounds(100, 1 << 20), 0);

        add(tail, 1, 1_000, 10);

        assertThat(tail.purgeable(1_000)).isEqualTo(900);
    }

    @Test
    void largeEntriesStayByTheirBytes() throws IOException {
        LogTail tail = tail(bounds(1_000_000, 64 << 20), 0);

        add(tail, 1, 1_000, (1 << 20) - 64);

        assertThat(tail.purgeable(1_000)).isEqualTo(1_000 - 64);
    }

    @Test
    void noMoreGoesThanIsDurable() throws IOException {
        LogTail tail = tail(bounds(10, 1 << 20), 0);

        add(tail, 1, 1_000, 10);

        assertThat(tail.purgeable(500)).isEqualTo(500);
    }

    @Test
    void aSnapshotIsDueAfterSoManyEntriesOrBytes() throws IOException {
        LogTail tail = tail(new LogBounds(10, 10_000, 50, 10_000, Duration.ofMinutes(1)), 0);

        add(tail, 1, 49, 0);
        assertThat(snapshotsDue).isZero();
        add(tail, 50, 50, 0);
        assertThat(snapshotsDue).isEqualTo(1);
        add(tail, 51, 51, 9_000);
        assertThat(snapshotsDue).isEqualTo(1);
        add(tail, 52, 52, 1_000);
        assertThat(snapshotsDue).isEqualTo(2);
        // One taken for another reason counts as well.
        add(tail, 53, 53, 9_000);
        assertThat(tail.purgeable(53)).isEqualTo(52 - 1);
        add(tail, 54, 54, 9_000);
        assertThat(snapshotsDue).isEqualTo(2);
    }

    @Test
    void whatAnEarlierRunWroteCountsBySegment() throws IOException {
        segment("log_0-99", 400_000);
        segment("log_100-199", 400_000);
        segment("log_200-299", 400_000);
        // Comes again, as the state may not have all of it.
        segment("log_300-399", 400_000);
        segment("log_inprogress_400", 400_000);

        LogTail tail = tail(bounds(1_000, 900_000), 350);
        assertThat(tail.purgeable(350)).isEqualTo(ALL_STAY);
        add(tail, 351, 351, 200_000);

        assertThat(tail.purgeable(351)).isEqualTo(99);
    }

    @Test
    void aStateFromElsewhereBeginsANewLog() throws IOException {
        LogTail tail = tail(bounds(100, 1 << 20), 0);
        add(tail, 1, 1_000, 10);

        tail.restart(5_000);
        add(tail, 5_001, 5_050, 10);

        assertThat(tail.purgeable(5_050)).isEqualTo(ALL_STAY);
        add(tail, 5_051, 5_200, 10);
        assertThat(tail.purgeable(5_200)).isEqualTo(5_100);
    }

    @Property(tries = 500)
    void whatStaysIsEnoughAndLittleMore(
            @ForAll @Size(min = 1, max = 400) List<@IntRange(max = 5_000) Integer> sizes,
            @ForAll @IntRange(min = 1, max = 300) int entriesKept,
            @ForAll @IntRange(min = 1, max = 300_000) int bytesKept)
            throws IOException {
        LogTail tail = new LogTail(bounds(entriesKept, bytesKept), List.of(), 0, () -> {});
        long[] bytesUpTo = new long[sizes.size() + 1];
        for (int i = 1; i <= sizes.size(); i++) {
            int size = sizes.get(i - 1);
            bytesUpTo[i] = bytesUpTo[i - 1] + size + 64;
            tail.add(i, size);
        }
        int last = sizes.size();

        int purgeable = Math.max(0, (int) tail.purgeable(last));

        long kept = bytesUpTo[last] - bytesUpTo[purgeable];
        if (purgeable > 0) {
            assertThat(last - purgeable >= entriesKept || kept >= bytesKept).isTrue();
        }
        assertThat(last - purgeable).isLessThanOrEqualTo(entriesKept + entriesKept / 64);
        assertThat(kept).isLessThanOrEqualTo(bytesKept + bytesKept / 64 + 2 * (5_000 + 64));
    }

    @Test
    void boundsFollowTheHeap() {
        assertThat(LogBounds.forHeap(4L << 30).entriesKept()).isEqualTo(20_000);
        assertThat(LogBounds.forHeap(128L << 20).entriesKept()).isEqualTo(4_096);
        assertThat(LogBounds.forHeap(1).entriesKept()).isEqualTo(1_000);
        assertThatThrownBy(() -> bounds(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("above 0");
    }
}

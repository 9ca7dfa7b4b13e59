package io.titankv.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * The open data files at one moment. Immutable but for the count of its readers; replaced as a whole.
 *
 * <p>A reader enters the set, checks that it is still the current one, reads, and leaves. When a set is no longer current and every
 * stripe of its count has been seen at zero, no reader is in it, and none will be: one who enters late finds that it is not current
 * and leaves without having touched a file.
 */
final class DataFileSet {
    /** Stripes keep readers on different cores off each other's cache lines; a power of two. */
    private static final int STRIPES = 16;

    /** Longs between two stripes: 128 bytes, two cache lines, because the hardware fetches pairs. */
    private static final int STRIDE = 16;

    /** Ids are looked up by their distance from the first while the files take at least this share of the distances. */
    private static final int DENSE_DIVISOR = 16;

    private final long[] ids;
    private final DataFile[] files;

    /** The file of each id from the first on; empty when the ids lie too far apart. */
    private final @Nullable DataFile[] byDistance;

    private final AtomicLongArray readers = new AtomicLongArray((STRIPES + 1) * STRIDE);

    DataFileSet(List<DataFile> files) {
        this.files = files.toArray(DataFile[]::new);
        Arrays.sort(this.files, (left, right) -> Long.compare(left.fileId(), right.fileId()));
        ids = Arrays.stream(this.files).mapToLong(DataFile::fileId).toArray();
        long distances = ids.length == 0 ? 0 : ids[ids.length - 1] - ids[0] + 1;
        byDistance = new DataFile[distances <= (long) DENSE_DIVISOR * ids.length ? (int) distances : 0];
        if (byDistance.length > 0) {
            for (DataFile file : this.files) {
                byDistance[(int) (file.fileId() - ids[0])] = file;
            }
        }
    }

    @Nullable
    DataFile fileOrNull(long fileId) {
        if (byDistance.length > 0) {
            long distance = fileId - ids[0];
            return distance < 0 || distance >= byDistance.length ? null : byDistance[(int) distance];
        }
        int at = Arrays.binarySearch(ids, fileId);
        return at < 0 ? null : files[at];
    }

    /** The file, which is in the set: the caller excludes other writers, or has seen that the set {@link #hold holds} it. */
    DataFile require(long fileId) {
        DataFile file = fileOrNull(fileId);
        if (file == null) {
            throw new IllegalStateException("broken invariant: the keydir points at an open file: " + fileId);
        }
        return file;
    }

    /** Whether the files of the places from {@code start} to before {@code end} are all in the set. */
    boolean hold(Places places, int start, int end) {
        for (int i = start; i < end; i++) {
            if (fileOrNull(places.fileId(i)) == null) {
                return false;
            }
        }
        return true;
    }

    /** The files, in order of id. */
    List<DataFile> files() {
        return List.of(files);
    }

    DataFileSet with(List<DataFile> more) {
        List<DataFile> all = new ArrayList<>(files());
        all.addAll(more);
        return new DataFileSet(all);
    }

    DataFileSet without(List<DataFile> fewer) {
        List<DataFile> rest = new ArrayList<>(files());
        rest.removeAll(fewer);
        return new DataFileSet(rest);
    }

    /** Counts the calling thread in. */
    void enter() {
        readers.incrementAndGet(stripe());
    }

    /** Counts the calling thread, which had entered, out. */
    void leave() {
        readers.decrementAndGet(stripe());
    }

    /** Whether no reader is in a set that is no longer current. */
    boolean isLeft() {
        for (int stripe = 1; stripe <= STRIPES; stripe++) {
            if (readers.get(stripe * STRIDE) != 0) {
                return false;
            }
        }
        return true;
    }

    private static int stripe() {
        return (int) ((Thread.currentThread().threadId() & (STRIPES - 1)) + 1) * STRIDE;
    }
}

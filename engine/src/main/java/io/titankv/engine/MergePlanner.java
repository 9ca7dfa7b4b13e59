package io.titankv.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Decides which sealed data files are worth merging. Pure: the same sizes give the same plan.
 *
 * <p>Aims: data files take at most about 1.6 times the bytes of live records (plus a file or two), a merge that would free nothing is
 * not planned, and graves go when nothing older is left to bury. Each rule frees bytes, graves or files, so planning comes to rest.
 */
final class MergePlanner {
    /** A file of which so much is dead is worth merging by itself: it frees more than it copies. */
    private static final double DEAD_RATIO_EAGER = 0.5;

    /** Dead share of the whole store over which the deadest files are merged. With the graves it makes 1 - 1/1.6. */
    private static final double DEAD_RATIO_STORE_MAX = 0.28;

    /** A file with a smaller dead share is left alone even then: copying would cost more than ten times what it frees. */
    private static final double DEAD_RATIO_MIN = 0.1;

    /** Share of graves in the store over which files are merged to get rid of them. */
    private static final double GRAVE_RATIO_MAX = 0.10;

    /** Sealed files smaller than this share of the limit are small: checkpoints leave them. */
    private static final double SMALL_FILE_RATIO = 0.25;

    /** So many small files are merged into one. */
    private static final int SMALL_FILES_MAX = 8;

    /** Files of one merge, but for one that must take all: bounds what is held open and how long a merge runs. */
    private static final int VICTIMS_MAX = 16;

    private MergePlanner() {}

    /** A sealed file, and how much of it is live. */
    record Candidate(SealedFile file, long liveBytes) {
        /** Bytes of records, header excluded. */
        long recordBytes() {
            return file.bytes() - DataFileHeader.BYTES;
        }

        /** Bytes that go in any merge. */
        long deadBytes() {
            return Math.max(0, recordBytes() - liveBytes - file.graveBytes());
        }

        double deadRatio() {
            return recordBytes() == 0 ? 1 : (double) deadBytes() / recordBytes();
        }
    }

    /** Returns the ids of the files to merge, empty when none is worth it. */
    static List<Long> plan(List<Candidate> sealed, long dataFileBytesMax) {
        List<Candidate> victims = eager(sealed);
        if (victims.isEmpty()) {
            victims = deadest(sealed);
        }
        if (victims.isEmpty()) {
            victims = graves(sealed);
        }
        if (victims.isEmpty()) {
            victims = small(sealed, dataFileBytesMax);
        }
        return victims.stream().map(victim -> victim.file().fileId()).toList();
    }

    private static List<Candidate> eager(List<Candidate> sealed) {
        return sealed.stream()
                .filter(candidate -> candidate.deadRatio() >= DEAD_RATIO_EAGER)
                .sorted(Comparator.comparingDouble(Candidate::deadRatio).reversed())
                .limit(VICTIMS_MAX)
                .toList();
    }

    private static List<Candidate> deadest(List<Candidate> sealed) {
        long dead = sealed.stream().mapToLong(Candidate::deadBytes).sum();
        long all = sealed.stream().mapToLong(Candidate::recordBytes).sum();
        if (dead <= all * DEAD_RATIO_STORE_MAX) {
            return List.of();
        }
        return sealed.stream()
                .filter(candidate -> candidate.deadRatio() >= DEAD_RATIO_MIN)
                .sorted(Comparator.comparingDouble(Candidate::deadRatio).reversed())
                .limit(VICTIMS_MAX)
                .toList();
    }

    /**
     * Graves may go only together with every file that holds a value older than they: those files, and the files of the graves. All
     * graves at once, because whatever is left out of a merge is what holds graves in place.
     */
    private static List<Candidate> graves(List<Candidate> sealed) {
        long graveBytes = sealed.stream()
                .mapToLong(candidate -> candidate.file().graveBytes())
                .sum();
        long all = sealed.stream().mapToLong(Candidate::recordBytes).sum();
        if (graveBytes <= all * GRAVE_RATIO_MAX) {
            return List.of();
        }
        long graveIndexMax = sealed.stream()
                .mapToLong(candidate -> candidate.file().graveIndexMax())
                .max()
                .orElse(-1);
        return sealed.stream()
                .filter(candidate ->
                        candidate.file().graves() > 0 || candidate.file().valueIndexMin() <= graveIndexMax)
                .toList();
    }

    private static List<Candidate> small(List<Candidate> sealed, long dataFileBytesMax) {
        List<Candidate> small = new ArrayList<>();
        for (Candidate candidate : sealed) {
            if (candidate.file().bytes() < dataFileBytesMax * SMALL_FILE_RATIO) {
                small.add(candidate);
            }
        }
        return small.size() < SMALL_FILES_MAX
                ? List.of()
                : List.copyOf(small.subList(0, Math.min(small.size(), VICTIMS_MAX)));
    }

    /**
     * Whether a grave with this index may still have something to bury outside a merge.
     *
     * @param valueIndexMinElsewhere smallest index of a value in any file that is not a victim
     */
    static boolean isGraveNeeded(long graveIndex, long valueIndexMinElsewhere) {
        return valueIndexMinElsewhere <= graveIndex;
    }
}

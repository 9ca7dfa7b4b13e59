package io.titankv.engine;

import java.util.List;

/**
 * What a repair of a store found, and what it did or would do.
 *
 * @param clusterId the cluster that the store belongs to, 0 when used alone
 * @param groupNumber the group that it belongs to, 0 when used alone
 * @param isManifestLost whether the list of files had to be made anew; then files that merges had replaced may be among them, and
 *     bring deleted records back
 * @param damages what is wrong, in order of file and offset
 * @param recordsSaved records of damaged files that are written into new ones
 * @param recordsLost live records that are known to be lost
 * @param recordsStale of the lost ones those of which an older version stands again
 * @param recordsInDoubt live records of which a newer version or a tombstone may have been in what is lost
 * @param metadataLost names of metadata that is lost or has an older value again
 * @param keys live records afterwards
 * @param applied the last entry afterwards
 * @param hintsRebuilt hint files that were missing or bad
 * @param setAside damaged files that are kept, by their new names
 * @param written data files that take their place
 */
public record RepairReport(
        long clusterId,
        int groupNumber,
        boolean isManifestLost,
        List<Damage> damages,
        long recordsSaved,
        long recordsLost,
        long recordsStale,
        long recordsInDoubt,
        List<String> metadataLost,
        long keys,
        EntryPosition applied,
        List<String> hintsRebuilt,
        List<String> setAside,
        List<String> written) {
    public RepairReport {
        damages = List.copyOf(damages);
        metadataLost = List.copyOf(metadataLost);
        hintsRebuilt = List.copyOf(hintsRebuilt);
        setAside = List.copyOf(setAside);
        written = List.copyOf(written);
    }

    /** A stretch of a file that is bad. Of a file that is missing it is empty. */
    public record Damage(String file, long startInclusive, long endExclusive, String what) {}

    /** Whether there is nothing to do. */
    public boolean isClean() {
        return damages.isEmpty() && hintsRebuilt.isEmpty();
    }

    /** Whether something that was stored is gone, or may be. */
    public boolean isLossy() {
        return isManifestLost || recordsLost > 0 || recordsInDoubt > 0 || !metadataLost.isEmpty();
    }
}

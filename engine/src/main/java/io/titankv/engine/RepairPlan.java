package io.titankv.engine;

import java.util.List;

/**
 * What a repair is going to do. Immutable.
 *
 * @param base the new manifest without the files that are still to be written
 * @param isManifestLost whether the old one cannot be read
 * @param hintless files of {@code base} that have no good hint file
 * @param tail the indexes of the unsealed files that are kept
 * @param salvaged the damaged files
 */
record RepairPlan(
        Manifest base,
        boolean isManifestLost,
        List<Hintless> hintless,
        List<HintTable> tail,
        List<SalvagedFile> salvaged,
        List<RepairReport.Damage> damages) {
    RepairPlan {
        hintless = List.copyOf(hintless);
        tail = List.copyOf(tail);
        salvaged = List.copyOf(salvaged);
        damages = List.copyOf(damages);
    }

    /** An intact data file, and its index, which was read from it. */
    record Hintless(SealedFile file, HintTable table) {}

    /** Whether the list of files changes. */
    boolean changesManifest() {
        return isManifestLost || !salvaged.isEmpty();
    }
}

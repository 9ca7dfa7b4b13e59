package io.titankv.engine;

import io.titankv.engine.EngineOptions.Owner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which files are the store. Immutable; replaced as a whole by {@link ManifestFile}.
 *
 * @param owner what the files belong to
 * @param activeFileId the file that is written, 0 when there is none yet
 * @param spareFileId the file that is written when that one has an end, 0 when there is none
 * @param nextFileId greater than every id ever used in this directory
 * @param applied the last entry of the sealed files
 * @param sealed the sealed files, in order of id
 */
record Manifest(
        Owner owner,
        long activeFileId,
        long spareFileId,
        long nextFileId,
        EntryPosition applied,
        List<SealedFile> sealed) {
    static final long NO_FILE = 0;

    Manifest {
        sealed = List.copyOf(sealed);
    }

    static Manifest empty(Owner owner) {
        return new Manifest(owner, NO_FILE, NO_FILE, 1, EntryPosition.NONE, List.of());
    }

    /** The file that was written is sealed, another one, maybe none, is written now, and none is spare. */
    Manifest withSealed(SealedFile file, long newActiveFileId, EntryPosition newApplied) {
        List<SealedFile> files = new ArrayList<>(sealed);
        files.add(file);
        return sorted(newActiveFileId, NO_FILE, newApplied, files);
    }

    /** Another file, maybe none, is written, and none is spare. */
    Manifest withActive(long newActiveFileId) {
        return sorted(newActiveFileId, NO_FILE, applied, sealed);
    }

    Manifest withSpare(long newSpareFileId) {
        return sorted(activeFileId, newSpareFileId, applied, sealed);
    }

    /** A merge put {@code outputs} in the place of {@code victims}. */
    Manifest withMerged(Set<Long> victims, List<SealedFile> outputs) {
        List<SealedFile> files = new ArrayList<>();
        for (SealedFile file : sealed) {
            if (!victims.contains(file.fileId())) {
                files.add(file);
            }
        }
        files.addAll(outputs);
        return sorted(activeFileId, spareFileId, applied, files);
    }

    private Manifest sorted(
            long newActiveFileId, long newSpareFileId, EntryPosition newApplied, List<SealedFile> files) {
        List<SealedFile> inOrder = new ArrayList<>(files);
        inOrder.sort((left, right) -> Long.compare(left.fileId(), right.fileId()));
        long next = Math.max(nextFileId, Math.max(newActiveFileId, newSpareFileId) + 1);
        if (!inOrder.isEmpty()) {
            next = Math.max(next, inOrder.getLast().fileId() + 1);
        }
        return new Manifest(owner, newActiveFileId, newSpareFileId, next, newApplied, inOrder);
    }
}

package io.titankv.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes a checkpoint: hard links to the sealed files in a directory of its own, and a manifest that names just those. */
final class CheckpointLinks {
    private CheckpointLinks() {}

    /** Links the files of the manifest, which are all open, into {@code target}, which must not exist. */
    static List<Checkpoint.File> make(FileStore store, Path directory, Manifest manifest, DataFileSet open, Path target)
            throws IOException {
        if (store.exists(target)) {
            throw new StorageException("checkpoint's directory exists already", target, null);
        }
        store.createDirectories(target);
        List<Checkpoint.File> files = new ArrayList<>();
        for (SealedFile sealed : manifest.sealed()) {
            String name = FileNames.data(sealed.fileId());
            store.link(directory.resolve(name), target.resolve(name));
            files.add(new Checkpoint.File(name, sealed.bytes(), sealed.crc32c()));
            DataFile file = open.fileOrNull(sealed.fileId());
            Invariants.check(file != null, "a file that the manifest names is open");
            HintFile.Summary hint = file == null ? null : file.hint();
            if (hint != null) {
                String hintName = FileNames.hint(sealed.fileId());
                store.link(directory.resolve(hintName), target.resolve(hintName));
                files.add(new Checkpoint.File(hintName, hint.bytes(), hint.crc32c()));
            }
        }
        HintFile.Summary written = ManifestFile.replace(store, target, manifest.withActive(Manifest.NO_FILE));
        files.add(new Checkpoint.File(FileNames.MANIFEST, written.bytes(), written.crc32c()));
        Path parent = target.toAbsolutePath().getParent();
        if (parent != null) {
            FinalFailure.syncDirectory(store, parent);
        }
        return files;
    }
}

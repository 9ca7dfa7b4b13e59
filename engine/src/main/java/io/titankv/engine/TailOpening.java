package io.titankv.engine;

import io.titankv.engine.EngineOptions.Owner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Recovers the unsealed end of a store and makes the manifest say what was found. Used once, by one thread. */
final class TailOpening implements StoreTail.Reading {
    /** Opens a data file and checks its header. */
    interface Opener {
        DataFile open(long fileId) throws IOException;
    }

    private final FileStore store;
    private final Path directory;
    private final Owner owner;
    private final SyncMark mark;
    private final Opener opener;
    private List<TailRecovery.Outcome> read = List.of();
    private @Nullable DataFile spare;
    private long bytesCut;

    TailOpening(FileStore store, Path directory, Owner owner, SyncMark mark, Opener opener) {
        this.store = store;
        this.directory = directory;
        this.owner = owner;
        this.mark = mark;
        this.opener = opener;
    }

    @Override
    public DataFile open(long fileId) throws IOException {
        return opener.open(fileId);
    }

    @Override
    public TailRecovery.Outcome read(DataFile file, EntryPosition before, long syncedBytes) throws IOException {
        return TailRecovery.recover(file, new DataFileHeader(file.fileId(), owner), before, syncedBytes);
    }

    @Override
    public long syncedBytes(long fileId) throws IOException {
        return mark.syncedBytes(fileId);
    }

    /**
     * Cuts what a crash tore, and returns the manifest of what is left: the first of two files is sealed by now, and a spare file is
     * none any more when its log was cut before it, which is made durable before anything is written behind the cut.
     */
    Manifest settle(Manifest manifest) throws IOException {
        if (manifest.activeFileId() == Manifest.NO_FILE) {
            return manifest;
        }
        StoreTail tail = StoreTail.of(manifest, this);
        read = tail.read();
        bytesCut = tail.bytesCut();
        if (read.size() > 1) {
            TailRecovery.Outcome first = read.getFirst();
            SealedFile description = first.active().describe();
            first.active().data().onSealed(description);
            return replaced(
                    manifest.withSealed(description, tail.last().active().data().fileId(), first.applied()));
        }
        spare = tail.spare();
        if (spare == null || !tail.hasCutOffSpare()) {
            return manifest;
        }
        DataFile cutOff = spare;
        spare = null;
        Manifest settled = replaced(manifest.withSpare(Manifest.NO_FILE));
        cutOff.file().close();
        store.delete(cutOff.path());
        return settled;
    }

    private Manifest replaced(Manifest manifest) throws IOException {
        ManifestFile.replace(store, directory, manifest);
        return manifest;
    }

    /** What was read, in the order of the log. */
    List<TailRecovery.Outcome> read() {
        return read;
    }

    /** What is written on, null in a store that has no active file yet. */
    TailRecovery.@Nullable Outcome lastOrNull() {
        return read.isEmpty() ? null : read.getLast();
    }

    /** What was sealed here, and has no hint file. */
    List<ActiveFile> sealed() {
        return read.stream()
                .map(TailRecovery.Outcome::active)
                .filter(each -> each.data().isSealed())
                .toList();
    }

    @Nullable
    DataFile spareOrNull() {
        return spare;
    }

    /** All files, the spare one included. */
    List<DataFile> files() {
        List<DataFile> files =
                new ArrayList<>(read.stream().map(each -> each.active().data()).toList());
        if (spare != null) {
            files.add(spare);
        }
        return files;
    }

    long bytesCut() {
        return bytesCut;
    }
}

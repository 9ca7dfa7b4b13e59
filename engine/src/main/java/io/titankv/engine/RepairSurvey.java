package io.titankv.engine;

import io.titankv.engine.EngineOptions.Owner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a store whole and plans its repair. Changes nothing. Used once, by one thread. */
final class RepairSurvey {
    private final FileStore store;
    private final Path directory;
    private final StoreInspector.Progress progress;
    private final List<SealedFile> kept = new ArrayList<>();
    private final List<RepairPlan.Hintless> hintless = new ArrayList<>();
    private final List<SalvagedFile> salvaged = new ArrayList<>();
    private final List<RepairReport.Damage> damages = new ArrayList<>();
    private EntryPosition applied = EntryPosition.NONE;
    private final List<HintTable> tail = new ArrayList<>();

    RepairSurvey(FileStore store, Path directory, StoreInspector.Progress progress) {
        this.store = store;
        this.directory = directory;
        this.progress = progress;
    }

    RepairPlan read() throws IOException {
        Manifest manifest = manifestOrNull();
        return manifest == null ? withoutManifest() : withManifest(manifest);
    }

    private @Nullable Manifest manifestOrNull() throws IOException {
        Path path = directory.resolve(FileNames.MANIFEST);
        if (!store.exists(path)) {
            damages.add(new RepairReport.Damage(FileNames.MANIFEST, 0, 0, "manifest is missing"));
            return null;
        }
        try {
            return ManifestFile.read(store, directory);
        } catch (CorruptDataException e) {
            addBadManifest(path, e.what());
            return null;
        } catch (StorageException e) {
            if (!ManifestFile.hasOnlyABadVersion(store, directory)) {
                throw e;
            }
            addBadManifest(path, "manifest has a bad version");
            return null;
        }
    }

    private void addBadManifest(Path path, String what) throws IOException {
        try (FileStore.File file = store.openForRead(path)) {
            damages.add(new RepairReport.Damage(FileNames.MANIFEST, 0, file.size(), what));
        }
    }

    private RepairPlan withManifest(Manifest manifest) throws IOException {
        long all = manifest.sealed().stream().mapToLong(SealedFile::bytes).sum();
        long done = 0;
        applied = manifest.applied();
        for (SealedFile file : manifest.sealed()) {
            progress.onFile(FileNames.data(file.fileId()), done, all);
            surveySealed(manifest.owner(), file, applied.index());
            done += file.bytes();
        }
        return plan(manifest.activeFileId() == Manifest.NO_FILE ? manifest : surveyTail(manifest));
    }

    private void surveySealed(Owner owner, SealedFile description, long indexMax) throws IOException {
        String name = FileNames.data(description.fileId());
        try (SurveyedFile data = SurveyedFile.open(store, directory, description.fileId(), owner);
                SurveyedHint hint = SurveyedHint.open(store, directory, description)) {
            if (data.isIntact() && data.size() == description.bytes()) {
                SurveyedFile.Content content = data.read(description.bytes());
                if (content.isWhole()
                        && content.crc32c() == description.crc32c()
                        && content.records() == description.records()) {
                    keep(description, content.table(), hint.isIntact());
                    return;
                }
            }
            FileStore.File readable = data.fileOrNull();
            SalvagedFile found = hint.isIntact()
                    ? Salvage.withHint(description.fileId(), readable, description.bytes(), hint.entries())
                    : Salvage.sealed(description.fileId(), readable, description.bytes(), indexMax);
            salvage(name, data, found);
        }
    }

    private void keep(SealedFile description, HintTable table, boolean hasHint) {
        kept.add(description);
        if (!hasHint) {
            hintless.add(new RepairPlan.Hintless(description, table));
        }
    }

    private void salvage(String name, SurveyedFile data, SalvagedFile found) {
        salvaged.add(found);
        applied = Salvage.later(applied, found.applied());
        String problem = data.problemOrNull();
        if (problem != null) {
            damages.add(new RepairReport.Damage(name, 0, data.isMissing() ? 0 : DataFileHeader.BYTES, problem));
        }
        for (DamageWalk.Stretch stretch : found.stretches()) {
            damages.add(new RepairReport.Damage(name, stretch.startInclusive(), stretch.endExclusive(), "bad bytes"));
        }
        if (problem == null && found.stretches().isEmpty()) {
            damages.add(
                    new RepairReport.Damage(name, 0, 0, "not the file that was sealed, though its records are good"));
        }
    }

    /** Returns the manifest with those unsealed files that stay as they are: whole, or with a torn tail, which opening cuts. */
    private Manifest surveyTail(Manifest manifest) throws IOException {
        progress.onFile(FileNames.data(manifest.activeFileId()), 0, 0);
        long spareId = manifest.spareFileId();
        boolean hasSpare = spareId != Manifest.NO_FILE;
        if ((!hasSpare || isHeaderIntact(manifest, spareId)) && isTailWhole(manifest)) {
            return manifest;
        }
        long spareBytes = hasSpare ? bytesOf(spareId) : 0;
        if (hasSpare && spareBytes <= DataFileHeader.BYTES && isTailWhole(manifest.withSpare(Manifest.NO_FILE))) {
            surveyUnsealed(manifest, spareId, 0);
            return manifest.withSpare(Manifest.NO_FILE);
        }
        boolean isFollowed = spareBytes > DataFileHeader.BYTES;
        surveyUnsealed(
                manifest,
                manifest.activeFileId(),
                isFollowed ? Long.MAX_VALUE : ClosedStore.syncedBytes(store, directory, manifest.activeFileId()));
        if (hasSpare) {
            surveyUnsealed(manifest, spareId, ClosedStore.syncedBytes(store, directory, spareId));
        }
        return manifest.withActive(Manifest.NO_FILE);
    }

    private boolean isHeaderIntact(Manifest manifest, long fileId) throws IOException {
        try (SurveyedFile data = SurveyedFile.open(store, directory, fileId, manifest.owner())) {
            return data.isIntact();
        }
    }

    private long bytesOf(long fileId) throws IOException {
        Path path = directory.resolve(FileNames.data(fileId));
        if (!store.exists(path)) {
            return 0;
        }
        try (FileStore.File file = store.openForRead(path)) {
            return file.size();
        }
    }

    private boolean isTailWhole(Manifest manifest) throws IOException {
        if (!isHeaderIntact(manifest, manifest.activeFileId())) {
            return false;
        }
        try (ClosedStore closed = new ClosedStore(store, directory, manifest)) {
            StoreTail read = closed.tail();
            read.read().forEach(each -> tail.add(each.table()));
            applied = read.last().applied();
            return true;
        } catch (CorruptDataException e) {
            // Rot before the sync mark: what is left is looked for file by file.
            return false;
        }
    }

    private void surveyUnsealed(Manifest manifest, long fileId, long syncedBytes) throws IOException {
        try (SurveyedFile data = SurveyedFile.open(store, directory, fileId, manifest.owner())) {
            FileStore.File file = data.fileOrNull();
            SalvagedFile found = file == null
                    ? Salvage.sealed(fileId, null, 0, Long.MAX_VALUE)
                    : new TailSalvage(fileId, file, Math.max(syncedBytes, DataFileHeader.BYTES)).read();
            salvage(FileNames.data(fileId), data, found);
        }
    }

    private RepairPlan withoutManifest() throws IOException {
        List<Long> ids = new ArrayList<>();
        for (String name : store.list(directory)) {
            FileNames.dataFileId(name).ifPresent(ids::add);
        }
        Owner owner = SurveyedFile.ownerOf(store, directory, ids);
        int done = 0;
        for (long fileId : ids) {
            progress.onFile(FileNames.data(fileId), done++, ids.size());
            surveyUnlisted(owner, fileId, fileId == ids.getLast());
        }
        return plan(Manifest.empty(owner));
    }

    /** A file of which only its hint file, if it has one, says how long it is. One without, and with an end that is torn, was active. */
    private void surveyUnlisted(Owner owner, long fileId, boolean isLast) throws IOException {
        try (SurveyedFile data = SurveyedFile.open(store, directory, fileId, owner);
                SurveyedHint hint = SurveyedHint.open(store, directory, fileId)) {
            long bytes = hint.isIntact() ? hint.dataBytes() : data.size();
            SurveyedFile.Content content = data.read(Math.min(bytes, data.size()));
            boolean isSealed = !hint.isIntact() || content.crc32c() == hint.dataCrc();
            applied = Salvage.later(applied, content.last());
            if (data.isIntact() && content.isWhole() && data.size() == bytes && isSealed) {
                keep(
                        content.table().describe(bytes, content.crc32c(), content.records()),
                        content.table(),
                        hint.isIntact());
                return;
            }
            FileStore.File file = data.fileOrNull();
            long mark = ClosedStore.syncedBytes(store, directory, fileId);
            SalvagedFile found;
            if (hint.isIntact()) {
                found = Salvage.withHint(fileId, file, bytes, hint.entries());
            } else if (file != null && (isLast || mark > 0)) {
                found = new TailSalvage(fileId, file, mark > 0 ? mark : Long.MAX_VALUE).read();
            } else {
                found = Salvage.sealed(fileId, file, bytes, Long.MAX_VALUE);
            }
            salvage(FileNames.data(fileId), data, found);
        }
    }

    /** @param found the manifest whose unsealed files are kept */
    private RepairPlan plan(Manifest found) throws IOException {
        long next = found.nextFileId();
        for (String name : store.list(directory)) {
            next = Math.max(next, FileNames.dataFileId(name).orElse(0) + 1);
            next = Math.max(next, FileNames.hintFileId(name).orElse(0) + 1);
        }
        long indexMax = applied.index();
        for (SalvagedFile file : salvaged) {
            indexMax = Math.max(indexMax, indexMax(file.graves()));
        }
        boolean isManifestLost =
                damages.stream().anyMatch(damage -> damage.file().equals(FileNames.MANIFEST));
        // What an unsealed file holds does not count as sealed.
        EntryPosition sealedApplied = found.activeFileId() == Manifest.NO_FILE
                ? new EntryPosition(applied.term(), indexMax)
                : found.applied();
        Manifest base =
                new Manifest(found.owner(), found.activeFileId(), found.spareFileId(), next, sealedApplied, kept);
        return new RepairPlan(base, isManifestLost, hintless, tail, salvaged, damages);
    }

    private static long indexMax(HintTable table) {
        long max = -1;
        HintCursor each = table.sorted();
        while (each.next()) {
            max = Math.max(max, each.index());
        }
        return max;
    }
}

package io.titankv.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Saves what can be read of a damaged store: for {@code titan store repair}. Confined to one thread.
 *
 * <p>What is left of each damaged data file is written into a new one, and the damaged one is kept under another name. The store changes
 * at one moment, when its manifest is replaced: a crash leaves it as it was or as it is repaired, with files beside it that no
 * manifest names.
 *
 * <p>No record is made up: each is checked by its checksums, and a lost tombstone is written again only when its hint file is intact. But
 * what the lost records had replaced may stand again; the report counts it.
 */
public final class StoreRepair {
    private final FileStore store;
    private final Path directory;

    /** Of a directory of this machine. */
    public StoreRepair(Path directory) {
        this(directory, NioFileStore.INSTANCE);
    }

    public StoreRepair(Path directory, FileStore store) {
        this.directory = directory;
        this.store = store;
    }

    /**
     * Reads the store and says what a repair would do. Changes and locks nothing.
     *
     * @throws StorageException when the store cannot be read, or nothing says whom it belongs to
     */
    public RepairReport plan(StoreInspector.Progress progress) {
        try {
            return report(new RepairSurvey(store, directory, progress).read());
        } catch (IOException e) {
            throw new StorageException("cannot read the store", directory, e);
        }
    }

    /**
     * Repairs the store. When this throws, the store is as it was, but for files that no manifest names.
     *
     * @throws StorageException when another process has the store, or the disk fails or is full
     */
    public RepairReport repair(StoreInspector.Progress progress) {
        try (AutoCloseable _ = store.lock(directory.resolve(FileNames.LOCK))) {
            RepairPlan plan = new RepairSurvey(store, directory, progress).read();
            RepairReport report = report(plan);
            carryOut(plan);
            return report;
        } catch (IOException e) {
            throw new StorageException("cannot repair the store", directory, e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new StorageException("cannot let the store go", directory, e);
        }
    }

    private void carryOut(RepairPlan plan) throws IOException {
        for (RepairPlan.Hintless each : plan.hintless()) {
            Path fresh = directory.resolve(FileNames.newHint(each.file().fileId()));
            ManifestFile.deleteIfThere(store, fresh);
            HintFile.write(store, fresh, each.file(), each.table().standing());
            FinalFailure.rename(
                    store, fresh, directory.resolve(FileNames.hint(each.file().fileId())));
        }
        if (!plan.changesManifest()) {
            FinalFailure.syncDirectory(store, directory);
            return;
        }
        List<SealedFile> outputs = new ArrayList<>();
        long nextFileId = plan.base().nextFileId();
        for (SalvagedFile file : plan.salvaged()) {
            if (file.hasOutput()) {
                DataFileHeader header =
                        new DataFileHeader(nextFileId++, plan.base().owner());
                outputs.add(new RepairOutput(store, directory, header).write(file));
            }
        }
        List<String> damaged = damagedNames(plan);
        int number = setAsideNumber();
        for (String name : damaged) {
            store.link(directory.resolve(name), directory.resolve(FileNames.setAside(name, number)));
        }
        // Syncs the directory before the manifest is there, and after.
        ManifestFile.replace(store, directory, plan.base().withMerged(Set.of(), outputs));
        for (String name : damaged) {
            if (!name.equals(FileNames.MANIFEST)) {
                store.delete(directory.resolve(name));
            }
        }
        FinalFailure.syncDirectory(store, directory);
    }

    /** Files that leave the store. */
    private List<String> damagedNames(RepairPlan plan) {
        Stream<String> files = plan.salvaged().stream()
                .flatMap(file -> Stream.of(FileNames.data(file.fileId()), FileNames.hint(file.fileId())));
        Stream<String> manifest = plan.isManifestLost() ? Stream.of(FileNames.MANIFEST) : Stream.of();
        return Stream.concat(files, manifest)
                .filter(name -> store.exists(directory.resolve(name)))
                .toList();
    }

    /** The first number under which nothing was set aside. */
    private int setAsideNumber() throws IOException {
        List<String> names = store.list(directory);
        int number = 1;
        while (hasSuffix(names, FileNames.setAside("", number))) {
            number++;
        }
        return number;
    }

    private static boolean hasSuffix(List<String> names, String suffix) {
        return names.stream().anyMatch(name -> name.endsWith(suffix));
    }

    private RepairReport report(RepairPlan plan) throws IOException {
        RepairCount.Counts counts = new RepairCount(store, directory, plan).count();
        List<String> written = new ArrayList<>();
        long saved = 0;
        for (SalvagedFile file : plan.salvaged()) {
            saved += file.good().count() + file.graves().count();
            if (file.hasOutput()) {
                written.add(FileNames.data(plan.base().nextFileId() + written.size()));
            }
        }
        int number = setAsideNumber();
        return new RepairReport(
                plan.base().owner().clusterId(),
                plan.base().owner().groupNumber(),
                plan.isManifestLost(),
                plan.damages(),
                saved,
                counts.lost(),
                counts.stale(),
                counts.inDoubt(),
                counts.metadataLost(),
                counts.keys(),
                plan.base().applied(),
                plan.hintless().stream()
                        .map(each -> FileNames.hint(each.file().fileId()))
                        .toList(),
                damagedNames(plan).stream()
                        .map(name -> FileNames.setAside(name, number))
                        .toList(),
                written);
    }
}

package io.titankv.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the files of a store that is closed, without changing or locking anything: for {@code titan store inspect} and
 * {@code verify}. Read-only directories will do. Of a store that is open it may say that files are missing or torn. Thread-safe.
 */
public final class StoreInspector {
    private final FileStore store;
    private final Path directory;

    /** Looks at a directory of this machine. */
    public StoreInspector(Path directory) {
        this(directory, NioFileStore.INSTANCE);
    }

    public StoreInspector(Path directory, FileStore store) {
        this.directory = directory;
        this.store = store;
    }

    /** What a file is to the store. */
    public enum Role {
        SEALED,
        /** Written, or to be written next. */
        ACTIVE,
        HINT,
        /** The manifest, the sync mark or the lock. */
        CONTROL,
        /** Named by no manifest: the next opening removes it. */
        ORPHAN,
        /** None of the store's. */
        FOREIGN
    }

    /**
     * A file of the directory.
     *
     * @param bytes its length
     * @param records records in it by the name of their kind; empty when it is no data file or cannot be read
     * @param liveBytes bytes of records that stand, 0 for other files; -1 when the store does not open because it is damaged
     */
    public record FileReport(String name, Role role, long bytes, Map<String, Long> records, long liveBytes) {
        public FileReport {
            records = Map.copyOf(records);
        }
    }

    /**
     * What a store consists of.
     *
     * @param clusterId the cluster that it belongs to, 0 when used alone
     * @param groupNumber the group that it belongs to, 0 when used alone
     * @param sealedApplied the last entry of the sealed files
     * @param applied the last whole entry
     * @param keys live keys, -1 when the store does not open because it is damaged
     * @param files the files, in order of name
     */
    public record StoreReport(
            long clusterId,
            int groupNumber,
            EntryPosition sealedApplied,
            EntryPosition applied,
            long keys,
            List<FileReport> files) {
        public StoreReport {
            files = List.copyOf(files);
        }
    }

    /**
     * Something that is not as it should be.
     *
     * @param file the file's name
     * @param offset where in the file
     * @param what what is wrong
     * @param harmless whether opening the store heals it: a torn tail, a bad hint file, an orphan
     */
    public record Problem(String file, long offset, String what, boolean harmless) {}

    /** Hears how far {@link #verify} is. */
    public interface Progress {
        void onFile(String file, long bytesDone, long bytesAll);
    }

    /** Reads the manifest and the headers of all records. */
    public StoreReport inspect() {
        try {
            Manifest manifest = ManifestFile.read(store, directory);
            Standing standing = readStanding(manifest);
            List<FileReport> reports = new ArrayList<>();
            for (String name : store.list(directory)) {
                reports.add(report(name, manifest, standing));
            }
            return new StoreReport(
                    manifest.owner().clusterId(),
                    manifest.owner().groupNumber(),
                    manifest.applied(),
                    standing.applied(),
                    standing.keys(),
                    reports);
        } catch (IOException e) {
            throw new StorageException("cannot inspect the store", directory, e);
        }
    }

    /** Checks every byte of every file that the manifest names, and returns what is wrong. */
    public List<Problem> verify(Progress progress) {
        List<Problem> problems = new ArrayList<>();
        try {
            Manifest manifest = ManifestFile.read(store, directory);
            long all = manifest.sealed().stream().mapToLong(SealedFile::bytes).sum();
            long done = 0;
            for (SealedFile sealed : manifest.sealed()) {
                progress.onFile(FileNames.data(sealed.fileId()), done, all);
                verifySealed(manifest, sealed, problems);
                verifyHint(sealed, problems);
                done += sealed.bytes();
            }
            if (manifest.activeFileId() != Manifest.NO_FILE) {
                progress.onFile(FileNames.data(manifest.activeFileId()), done, all);
                verifyTail(manifest, problems);
            }
            for (String name : store.list(directory)) {
                if (roleOf(name, manifest) == Role.ORPHAN) {
                    problems.add(new Problem(name, 0, "no manifest names this file", true));
                }
            }
        } catch (CorruptDataException e) {
            problems.add(problem(e));
        } catch (IOException e) {
            throw new StorageException("cannot verify the store", directory, e);
        }
        return List.copyOf(problems);
    }

    private void verifySealed(Manifest manifest, SealedFile sealed, List<Problem> problems) throws IOException {
        String name = FileNames.data(sealed.fileId());
        if (!store.exists(directory.resolve(name))) {
            problems.add(new Problem(name, 0, "data file missing", false));
            return;
        }
        try (FileStore.File file = store.openForRead(directory.resolve(name))) {
            if (file.size() != sealed.bytes()) {
                problems.add(new Problem(
                        name, Math.min(file.size(), sealed.bytes()), "length is not the manifest's", false));
            }
            CRC32C crc = new CRC32C();
            readHeader(file, name, sealed.fileId(), manifest, crc);
            RecordScanner scanner =
                    new RecordScanner(file, DataFileHeader.BYTES, Math.min(file.size(), sealed.bytes()));
            RecordScanner.Step step = scanner.next();
            long records = 0;
            for (; step == RecordScanner.Step.RECORD; step = scanner.next()) {
                scanner.update(crc);
                records++;
            }
            if (step == RecordScanner.Step.BAD) {
                problems.add(new Problem(name, scanner.offset(), "bad record", false));
            } else if ((int) crc.getValue() != sealed.crc32c() || records != sealed.records()) {
                problems.add(new Problem(name, 0, "not the file that was sealed", false));
            }
        } catch (CorruptDataException e) {
            problems.add(problem(e));
        }
    }

    private void verifyHint(SealedFile sealed, List<Problem> problems) throws IOException {
        String name = FileNames.hint(sealed.fileId());
        Path path = directory.resolve(name);
        if (!store.exists(path)) {
            problems.add(new Problem(name, 0, "hint file missing, opening rebuilds it", true));
            return;
        }
        try (FileStore.File file = store.openForRead(path)) {
            if (HintFile.checkOrNull(file, sealed) == null) {
                problems.add(new Problem(name, 0, "bad hint file, opening rebuilds it", true));
            }
        }
    }

    private void verifyTail(Manifest manifest, List<Problem> problems) throws IOException {
        try (ClosedStore closed = new ClosedStore(store, directory, manifest)) {
            StoreTail tail = closed.tail();
            for (TailRecovery.Outcome each : tail.read()) {
                if (each.bytesCut() > 0) {
                    problems.add(new Problem(
                            FileNames.data(each.active().data().fileId()),
                            each.active().bytes(),
                            "torn tail of " + each.bytesCut() + " bytes, opening cuts it",
                            true));
                }
            }
            if (tail.hasCutOffSpare()) {
                problems.add(new Problem(
                        FileNames.data(manifest.spareFileId()),
                        DataFileHeader.BYTES,
                        "written behind a torn tail, opening removes it",
                        true));
            }
        } catch (CorruptDataException e) {
            problems.add(problem(e));
        }
    }

    private static void readHeader(FileStore.File file, String name, long fileId, Manifest manifest, CRC32C crc)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(DataFileHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int available = file.read(0, buffer);
        DataFileHeader.decode(buffer, available, Path.of(name)).requireIs(fileId, manifest.owner(), Path.of(name));
        RecordFormat.update(crc, buffer, 0, DataFileHeader.BYTES);
    }

    /** What stands in the store, by file. */
    private record Standing(EntryPosition applied, long keys, Map<Long, Long> liveBytes) {
        static final long UNKNOWN = -1;
    }

    /** Joins the hint files as opening does; a store that would not open has nothing to tell here. */
    private Standing readStanding(Manifest manifest) throws IOException {
        try (ClosedStore closed = new ClosedStore(store, directory, manifest)) {
            Map<Long, Long> live = new java.util.HashMap<>();
            long[] keys = new long[1];
            closed.join().run(entry -> {
                live.merge(entry.fileId(), (long) entry.recordBytes(), Long::sum);
                keys[0] += entry.kind() == RecordKind.PUT ? 1 : 0;
            });
            return new Standing(closed.applied(), keys[0], Map.copyOf(live));
        } catch (CorruptDataException e) {
            return new Standing(manifest.applied(), Standing.UNKNOWN, Map.of());
        }
    }

    private FileReport report(String name, Manifest manifest, Standing standing) throws IOException {
        Role role = roleOf(name, manifest);
        try (FileStore.File file = store.openForRead(directory.resolve(name))) {
            boolean isData = role == Role.SEALED || role == Role.ACTIVE;
            long fileId = FileNames.dataFileId(name).orElse(Manifest.NO_FILE);
            long live = standing.keys() == Standing.UNKNOWN
                    ? Standing.UNKNOWN
                    : standing.liveBytes().getOrDefault(fileId, 0L);
            return new FileReport(name, role, file.size(), isData ? countRecords(file) : Map.of(), isData ? live : 0);
        }
    }

    private static Map<String, Long> countRecords(FileStore.File file) throws IOException {
        EnumMap<RecordKind, Long> counts = new EnumMap<>(RecordKind.class);
        RecordScanner scanner = new RecordScanner(file, DataFileHeader.BYTES, file.size());
        while (scanner.next() == RecordScanner.Step.RECORD) {
            counts.merge(scanner.kind(), 1L, Long::sum);
        }
        Map<String, Long> byName = new java.util.TreeMap<>();
        counts.forEach((kind, count) -> byName.put(kind.name(), count));
        return byName;
    }

    private static Role roleOf(String name, Manifest manifest) {
        Set<Long> sealed = new HashSet<>();
        manifest.sealed().forEach(file -> sealed.add(file.fileId()));
        if (FileNames.dataFileId(name).isPresent()) {
            long fileId = FileNames.dataFileId(name).getAsLong();
            Role unnamed =
                    fileId == manifest.activeFileId() || fileId == manifest.spareFileId() ? Role.ACTIVE : Role.ORPHAN;
            return sealed.contains(fileId) ? Role.SEALED : unnamed;
        }
        if (FileNames.hintFileId(name).isPresent()) {
            return sealed.contains(FileNames.hintFileId(name).getAsLong()) ? Role.HINT : Role.ORPHAN;
        }
        return switch (name) {
            case FileNames.MANIFEST, FileNames.SYNC_MARK, FileNames.LOCK -> Role.CONTROL;
            case FileNames.MANIFEST_NEW -> Role.ORPHAN;
            default -> FileNames.newHintFileId(name).isPresent() ? Role.ORPHAN : Role.FOREIGN;
        };
    }

    private static Problem problem(CorruptDataException e) {
        @Nullable Path name = e.file().getFileName();
        return new Problem(name == null ? "" : name.toString(), e.offset(), e.what(), false);
    }
}

package io.titankv.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Counts what a planned repair costs. It joins the indexes twice: with the lost records as if they were there, which tells those that
 * stood; and without them, which tells what stands in their places. Used once, by one thread.
 */
final class RepairCount {
    /** A key, or a name of metadata. Latin-1 holds any bytes. */
    private record Subject(boolean isMeta, long token, String key) {
        static Subject of(HintCursor entry) {
            String key = new String(entry.keyBase(), entry.keyOffset(), entry.keyLength(), StandardCharsets.ISO_8859_1);
            return new Subject(entry.kind() != RecordKind.PUT, entry.token(), key);
        }
    }

    private final FileStore store;
    private final Path directory;
    private final RepairPlan plan;
    private final List<FileStore.File> opened = new ArrayList<>();

    /** Lost records that stood, and whether an older one stands again. */
    private final Map<Subject, Boolean> lost = new HashMap<>();

    private final TreeSet<String> metadataLost = new TreeSet<>();
    private long keys;
    private long inDoubt;

    RepairCount(FileStore store, Path directory, RepairPlan plan) {
        this.store = store;
        this.directory = directory;
        this.plan = plan;
    }

    /** What was counted. */
    record Counts(long keys, long lost, long stale, long inDoubt, List<String> metadataLost) {}

    Counts count() throws IOException {
        try {
            if (plan.salvaged().stream().anyMatch(file -> file.lost().count() > 0)) {
                new HintJoin(cursors(true)).run(this::onStandingOnce);
            }
            new HintJoin(cursors(false)).run(this::onStanding);
        } finally {
            for (FileStore.File file : opened) {
                file.close();
            }
        }
        long stale = lost.entrySet().stream()
                .filter(entry -> !entry.getKey().isMeta() && entry.getValue())
                .count();
        long lostKeys =
                lost.keySet().stream().filter(subject -> !subject.isMeta()).count();
        return new Counts(keys, lostKeys, stale, inDoubt, List.copyOf(metadataLost));
    }

    private void onStandingOnce(HintCursor entry) {
        boolean isLost = entry instanceof LostCursor;
        if (isLost) {
            lost.put(Subject.of(entry), false);
            if (entry.kind() == RecordKind.META_PUT) {
                metadataLost.add(entry.name());
            }
        }
    }

    private void onStanding(HintCursor entry) {
        boolean isStale = lost.computeIfPresent(Subject.of(entry), (subject, was) -> true) != null;
        if (entry.kind() == RecordKind.PUT) {
            keys++;
            inDoubt += !isStale && entry.index() <= unknownIndexMax() ? 1 : 0;
        }
    }

    private long unknownIndexMax() {
        long max = SalvagedFile.NONE_UNKNOWN;
        for (SalvagedFile file : plan.salvaged()) {
            max = Math.max(max, file.unknownIndexMax());
        }
        return max;
    }

    private List<HintCursor> cursors(boolean withLost) throws IOException {
        List<HintCursor> cursors = new ArrayList<>();
        Map<Long, HintTable> tables = new HashMap<>();
        plan.hintless().forEach(each -> tables.put(each.file().fileId(), each.table()));
        for (SealedFile file : plan.base().sealed()) {
            HintTable table = tables.get(file.fileId());
            cursors.add(table == null ? hint(file.fileId()) : table.standing());
        }
        plan.tail().forEach(each -> cursors.add(each.standing()));
        for (SalvagedFile file : plan.salvaged()) {
            cursors.add(file.good().standing());
            cursors.add(file.graves().standing());
            if (withLost) {
                cursors.add(new LostCursor(file.lost().standing()));
            }
        }
        return cursors;
    }

    private HintCursor hint(long fileId) throws IOException {
        Path path = directory.resolve(FileNames.hint(fileId));
        FileStore.File file = store.openForRead(path);
        opened.add(file);
        return HintFile.entries(file, path);
    }

    /** Marks entries as lost. */
    private record LostCursor(HintCursor entries) implements HintCursor {
        @Override
        public boolean next() {
            return entries.next();
        }

        @Override
        public long fileId() {
            return entries.fileId();
        }

        @Override
        public RecordKind kind() {
            return entries.kind();
        }

        @Override
        public long token() {
            return entries.token();
        }

        @Override
        public long version() {
            return entries.version();
        }

        @Override
        public long index() {
            return entries.index();
        }

        @Override
        public int ordinal() {
            return entries.ordinal();
        }

        @Override
        public long offset() {
            return entries.offset();
        }

        @Override
        public int recordBytes() {
            return entries.recordBytes();
        }

        @Override
        public byte[] keyBase() {
            return entries.keyBase();
        }

        @Override
        public int keyOffset() {
            return entries.keyOffset();
        }

        @Override
        public int keyLength() {
            return entries.keyLength();
        }
    }
}

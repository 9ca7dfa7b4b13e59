package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import io.titankv.engine.CorruptDataException;
import io.titankv.engine.EngineStats;
import io.titankv.engine.EntryPosition;
import io.titankv.engine.RecordPlace;
import io.titankv.engine.ScanPage;
import io.titankv.engine.ScanSpec;
import io.titankv.engine.StorageException;
import io.titankv.engine.StoredRecord;
import io.titankv.model.LogPosition;
import io.titankv.multiraft.snapshot.CheckpointSource.CheckpointFiles;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory, as strict as an engine: positions rise, versions of a key never go back, nothing is used after close. What
 * was applied lies on a {@link Disk}, which a crash cuts back to any batch.
 */
final class SimStore implements ShardStore {
    /** What survives the store: all batches in order. */
    static final class Disk {
        final List<ShardBatch> batches = new ArrayList<>();
        int syncedBatches;
        boolean open;
        /** Keys whose record fails its checksum. */
        final List<ByteString> rotten = new ArrayList<>();

        @Nullable
        String storageFault;

        SimStore store(Path ignored) {
            Invariants.check(!open, "a disk is used by one store");
            open = true;
            return new SimStore(this);
        }

        /** A power loss that keeps so many batches. */
        void crashKeeping(int batchesKept) {
            open = false;
            batches.subList(batchesKept, batches.size()).clear();
            syncedBatches = Math.min(syncedBatches, batchesKept);
        }
    }

    private record Row(ByteString value, long version, LogPosition position) {}

    private record Place(long token, ByteString key) {
        static final Comparator<Place> ORDER = (a, b) -> {
            int byToken = Long.compareUnsigned(a.token, b.token);
            return byToken != 0
                    ? byToken
                    : ByteString.unsignedLexicographicalComparator().compare(a.key, b.key);
        };
    }

    private final Disk disk;
    private final TreeMap<Place, Row> rows = new TreeMap<>(Place.ORDER);
    private final Map<ByteString, Long> lastVersions = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private final TreeMap<String, byte[]> meta = new TreeMap<>();
    private boolean closed;
    /** Runs inside each read. */
    Runnable whileReading = () -> {};
    /** Merges: from the bytes it may take to the bytes that it took. */
    LongUnaryOperator merging = budget -> 0;

    private SimStore(Disk disk) {
        this.disk = disk;
        disk.batches.forEach(this::take);
    }

    @Override
    public synchronized void apply(ShardBatch batch) {
        requireOpen();
        Invariants.check(batch.position().index() > applied().index(), "positions rise");
        disk.batches.add(batch);
        take(batch);
    }

    private void take(ShardBatch batch) {
        for (ShardBatch.Change change : batch.changes()) {
            switch (change) {
                case ShardBatch.Change.Put put -> {
                    requireRising(put.key(), put.version());
                    rows.put(new Place(put.token(), put.key()), new Row(put.value(), put.version(), batch.position()));
                }
                case ShardBatch.Change.Delete delete -> {
                    requireRising(delete.key(), delete.version());
                    Invariants.check(
                            rows.remove(new Place(delete.token(), delete.key())) != null, "a deleted key was there");
                }
                case ShardBatch.Change.DropRange drop -> {
                    rows.keySet().removeIf(place -> drop.range().contains(place.token()));
                }
                case ShardBatch.Change.PutMeta put ->
                    meta.put(put.name(), put.value().toByteArray());
                case ShardBatch.Change.DeleteMeta delete -> meta.remove(delete.name());
            }
        }
    }

    private void requireRising(ByteString key, long version) {
        Long before = lastVersions.put(key, version);
        Invariants.check(before == null || before <= version, "versions of a key do not go back");
    }

    @Override
    public synchronized LogPosition applied() {
        requireOpen();
        return disk.batches.isEmpty()
                ? LogPosition.NONE
                : disk.batches.getLast().position();
    }

    @Override
    public synchronized LogPosition synced() {
        requireOpen();
        return disk.syncedBatches == 0
                ? LogPosition.NONE
                : disk.batches.get(disk.syncedBatches - 1).position();
    }

    @Override
    public synchronized LogPosition sync() {
        requireOpen();
        disk.syncedBatches = disk.batches.size();
        return applied();
    }

    @Override
    public synchronized long versionOf(long token, ByteString key) {
        requireOpen();
        Row row = rows.get(new Place(token, key));
        return row == null ? 0 : row.version();
    }

    @Override
    public synchronized int recordBytesMax(long token) {
        requireOpen();
        return rows.entrySet().stream()
                .filter(row -> row.getKey().token() == token)
                .mapToInt(row ->
                        row.getKey().key().size() + row.getValue().value().size())
                .max()
                .orElse(0);
    }

    @Override
    public synchronized @Nullable StoredRecord getOrNull(long token, byte[] key) {
        requireOpen();
        whileReading.run();
        ByteString name = ByteString.copyFrom(key);
        if (disk.rotten.contains(name)) {
            throw new CorruptDataException("bad checksum", Path.of("000001.data"), 42);
        }
        Place place = new Place(token, name);
        Row row = rows.get(place);
        return row == null ? null : record(place, row);
    }

    private static StoredRecord record(Place place, Row row) {
        return new StoredRecord(
                place.token(),
                MemorySegment.ofArray(place.key().toByteArray()),
                MemorySegment.ofArray(row.value().toByteArray()),
                row.version(),
                new EntryPosition(row.position().term(), row.position().index()),
                new RecordPlace(1, 0, 1, row.value().size()));
    }

    @Override
    public synchronized ScanPage scan(ScanSpec spec) {
        requireOpen();
        List<StoredRecord> found = new ArrayList<>();
        boolean complete = true;
        for (Map.Entry<Place, Row> each : rows.entrySet()) {
            long token = each.getKey().token();
            boolean inside = Long.compareUnsigned(token, spec.startInclusive()) >= 0
                    && (spec.endExclusive() == 0 || Long.compareUnsigned(token, spec.endExclusive()) < 0);
            if (inside) {
                if (found.size() == spec.recordsMax()) {
                    complete = false;
                    break;
                }
                found.add(record(each.getKey(), each.getValue()));
            }
        }
        return new ScanPage(found, complete);
    }

    @Override
    public synchronized long count(long startInclusive, long endExclusive) {
        return scan(new ScanSpec(startInclusive, endExclusive, null, Integer.MAX_VALUE, Long.MAX_VALUE, false))
                .records()
                .size();
    }

    @Override
    public synchronized byte @Nullable [] metaOrNull(String name) {
        requireOpen();
        return meta.get(name);
    }

    @Override
    public synchronized Map<String, byte[]> metaWithPrefix(String prefix) {
        requireOpen();
        Map<String, byte[]> found = new TreeMap<>(meta);
        found.keySet().removeIf(name -> !name.startsWith(prefix));
        return found;
    }

    /** Everything that a reader could tell, for comparing replicas. */
    synchronized String contents() {
        StringBuilder text = new StringBuilder();
        rows.forEach(
                (place, row) -> text.append(HexFormat.of().formatHex(place.key().toByteArray()))
                        .append(' ')
                        .append(row.value().toStringUtf8())
                        .append(' ')
                        .append(row.version())
                        .append(row.position())
                        .append('\n'));
        meta.forEach((name, value) -> text.append(name)
                .append('=')
                .append(HexFormat.of().formatHex(value))
                .append('\n'));
        return text.toString();
    }

    @Override
    public CheckpointFiles checkpoint(Path target) {
        throw new UnsupportedOperationException("files of a store in memory");
    }

    @Override
    public synchronized long mergeSome(long budgetBytes) {
        requireOpen();
        return merging.applyAsLong(budgetBytes);
    }

    @Override
    public synchronized EngineStats stats() {
        return new EngineStats(rows.size(), 0, 0, 1, 0, 0);
    }

    @Override
    public synchronized void close() {
        requireOpen();
        closed = true;
        disk.open = false;
    }

    private void requireOpen() {
        Invariants.check(!closed, "a closed store is not used");
        if (disk.storageFault != null) {
            throw new StorageException(disk.storageFault, null, null);
        }
    }
}

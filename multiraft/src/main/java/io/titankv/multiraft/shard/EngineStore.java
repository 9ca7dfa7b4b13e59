package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import io.titankv.engine.Checkpoint;
import io.titankv.engine.Engine;
import io.titankv.engine.EngineListener;
import io.titankv.engine.EngineOptions;
import io.titankv.engine.EngineStats;
import io.titankv.engine.EntryPosition;
import io.titankv.engine.NioFileStore;
import io.titankv.engine.ScanPage;
import io.titankv.engine.ScanSpec;
import io.titankv.engine.StoredRecord;
import io.titankv.engine.WriteBatch;
import io.titankv.model.LogPosition;
import io.titankv.multiraft.snapshot.CheckpointSource.CheckpointFile;
import io.titankv.multiraft.snapshot.CheckpointSource.CheckpointFiles;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A store that is an engine. Thread-safe as {@link ShardStore} says. */
final class EngineStore implements ShardStore {
    private final Engine engine;

    private EngineStore(Engine engine) {
        this.engine = engine;
    }

    static EngineStore open(Path directory, EngineOptions options, EngineListener listener) {
        return new EngineStore(Engine.open(directory, options, NioFileStore.INSTANCE, listener));
    }

    @Override
    public void apply(ShardBatch batch) {
        WriteBatch writes = new WriteBatch(
                new EntryPosition(batch.position().term(), batch.position().index()));
        for (ShardBatch.Change change : batch.changes()) {
            switch (change) {
                case ShardBatch.Change.Put put ->
                    writes.put(put.token(), segment(put.key()), segment(put.value()), put.version());
                case ShardBatch.Change.Delete delete ->
                    writes.delete(delete.token(), segment(delete.key()), delete.version());
                case ShardBatch.Change.DropRange drop ->
                    writes.dropRange(drop.range().startInclusive(), drop.range().endExclusive(), drop.version());
                case ShardBatch.Change.PutMeta put ->
                    writes.putMeta(put.name(), put.value().toByteArray());
                case ShardBatch.Change.DeleteMeta delete -> writes.deleteMeta(delete.name());
            }
        }
        engine.apply(writes);
    }

    @Override
    public LogPosition applied() {
        return position(engine.applied());
    }

    @Override
    public LogPosition synced() {
        return position(engine.synced());
    }

    @Override
    public LogPosition sync() {
        return position(engine.sync());
    }

    @Override
    public long versionOf(long token, ByteString key) {
        return engine.versionOf(token, segment(key));
    }

    @Override
    public int recordBytesMax(long token) {
        return engine.recordBytesMax(token);
    }

    @Override
    public @Nullable StoredRecord getOrNull(long token, byte[] key) {
        return engine.getOrNull(token, MemorySegment.ofArray(key));
    }

    @Override
    public ScanPage scan(ScanSpec spec) {
        return engine.scan(spec);
    }

    @Override
    public long count(long startInclusive, long endExclusive) {
        return engine.count(startInclusive, endExclusive);
    }

    @Override
    public byte @Nullable [] metaOrNull(String name) {
        return engine.metaOrNull(name);
    }

    @Override
    public Map<String, byte[]> metaWithPrefix(String prefix) {
        return engine.metaWithPrefix(prefix);
    }

    @Override
    public CheckpointFiles checkpoint(Path target) {
        Checkpoint checkpoint = engine.checkpoint(target);
        return new CheckpointFiles(
                position(checkpoint.position()),
                checkpoint.files().stream()
                        .map(file -> new CheckpointFile(file.name(), file.bytes(), file.crc32c()))
                        .toList());
    }

    @Override
    public long mergeSome(long budgetBytes) {
        return engine.mergeSome(budgetBytes);
    }

    @Override
    public EngineStats stats() {
        return engine.stats();
    }

    @Override
    public void close() {
        engine.close();
    }

    /** Over the string's own bytes: nothing is copied. */
    private static MemorySegment segment(ByteString bytes) {
        return MemorySegment.ofBuffer(bytes.asReadOnlyByteBuffer());
    }

    private static LogPosition position(EntryPosition position) {
        return position.isNone() ? LogPosition.NONE : new LogPosition(position.term(), position.index());
    }
}

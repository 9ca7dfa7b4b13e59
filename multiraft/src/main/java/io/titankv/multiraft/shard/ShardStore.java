package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import io.titankv.engine.EngineStats;
import io.titankv.engine.ScanPage;
import io.titankv.engine.ScanSpec;
import io.titankv.engine.StoredRecord;
import io.titankv.model.LogPosition;
import io.titankv.multiraft.snapshot.CheckpointSource.CheckpointFiles;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a shard asks of its engine: the seam at which tests put a store that can be cut back to any batch. Faults are the
 * engine's exceptions. {@link #apply} and {@link #checkpoint} exclude each other, which is the caller's duty; everything else may
 * be called by any thread.
 */
interface ShardStore extends AutoCloseable {
    /** Opens the store in a directory, creating it when empty. */
    @FunctionalInterface
    interface Opener {
        ShardStore open(Path directory);
    }

    /** Applies a batch whole, visible to reads at once. Its position is above {@link #applied}. */
    void apply(ShardBatch batch);

    LogPosition applied();

    LogPosition synced();

    /** Makes everything durable that was applied before the call, and returns its position. */
    LogPosition sync();

    /** The key's version, 0 when it has no value. */
    long versionOf(long token, ByteString key);

    /** Bytes of the largest record under a token, 0 when there is none. Waits for no disk. */
    int recordBytesMax(long token);

    @Nullable
    StoredRecord getOrNull(long token, byte[] key);

    ScanPage scan(ScanSpec spec);

    long count(long startInclusive, long endExclusive);

    byte @Nullable [] metaOrNull(String name);

    Map<String, byte[]> metaWithPrefix(String prefix);

    CheckpointFiles checkpoint(Path target);

    /** Merges for about so many bytes, and returns how many it read and wrote; 0 when there was nothing to do. */
    long mergeSome(long budgetBytes);

    EngineStats stats();

    @Override
    void close();
}

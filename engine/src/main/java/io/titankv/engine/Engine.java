package io.titankv.engine;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Bitcask: data files of records, and an off-heap keydir in token order.
 *
 * <p>One thread writes ({@link #apply}, {@link #checkpoint}); any thread reads; {@link #sync} and {@link #mergeSome} may run on
 * other threads beside both.
 */
public final class Engine implements AutoCloseable {
    private Engine() {}

    /**
     * Opens the engine in {@code directory}, creating it when empty. Recovery cuts the files back to the last whole batch.
     *
     * @throws CorruptDataException when a record other than in the torn tail is bad
     * @throws StorageException when the directory cannot be used
     */
    public static Engine open(Path directory, EngineOptions options) {
        throw new UnsupportedOperationException("contract only");
    }

    /** Applies a batch whole, visible to reads at once. Its position must be above {@link #applied}. Writer thread. */
    public void apply(WriteBatch batch) {
        throw new UnsupportedOperationException("contract only");
    }

    /** The entry of the last batch applied or recovered. */
    public EntryPosition applied() {
        throw new UnsupportedOperationException("contract only");
    }

    /** The last entry known to have survived an fsync. At most {@link #applied}. */
    public EntryPosition synced() {
        throw new UnsupportedOperationException("contract only");
    }

    /** Makes everything durable that was applied before the call, and returns its position. Any thread. A failure is final. */
    public EntryPosition sync() {
        throw new UnsupportedOperationException("contract only");
    }

    /** The key's record, or null when it has none. Any thread. */
    public @Nullable StoredRecord getOrNull(long token, MemorySegment key) {
        throw new UnsupportedOperationException("contract only");
    }

    /** The key's version, 0 when it has no value. Any thread. */
    public long versionOf(long token, MemorySegment key) {
        throw new UnsupportedOperationException("contract only");
    }

    /** A page of records. Any thread. */
    public ScanPage scan(ScanSpec spec) {
        throw new UnsupportedOperationException("contract only");
    }

    /** Live keys with a token in the range (an end of 0 stands for 2^64). Any thread. */
    public long count(long startInclusive, long endExclusive) {
        throw new UnsupportedOperationException("contract only");
    }

    /** A piece of the owner's metadata, or null. A fresh array. Any thread. */
    public byte @Nullable [] metaOrNull(String name) {
        throw new UnsupportedOperationException("contract only");
    }

    /** All metadata whose name begins with {@code prefix}, in order of name. Any thread. */
    public Map<String, byte[]> metaWithPrefix(String prefix) {
        throw new UnsupportedOperationException("contract only");
    }

    /** Seals, syncs and hard-links everything into {@code target}, which must not exist. Writer thread. */
    public Checkpoint checkpoint(Path target) {
        throw new UnsupportedOperationException("contract only");
    }

    /**
     * Merges for about {@code budgetBytes} bytes of reading and writing, when there is something worth merging.
     *
     * @return bytes read and written; 0 when there was nothing to do
     */
    public long mergeSome(long budgetBytes) {
        throw new UnsupportedOperationException("contract only");
    }

    public EngineStats stats() {
        throw new UnsupportedOperationException("contract only");
    }

    /** The name of a data file, for people. */
    public String dataFileName(long fileId) {
        throw new UnsupportedOperationException("contract only");
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("contract only");
    }
}

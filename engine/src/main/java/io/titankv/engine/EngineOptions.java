package io.titankv.engine;

import java.time.Duration;

/**
 * How an engine behaves. Immutable.
 *
 * @param dataFileBytesMax a data file is sealed when it would grow over this, bytes; at most 1 GiB
 * @param syncPolicy when applied batches are made durable
 * @param owner what the files belong to; opening files of another owner is refused
 */
public record EngineOptions(long dataFileBytesMax, SyncPolicy syncPolicy, Owner owner) {
    /** A batch may make a file longer than asked for, but every offset fits into an int. */
    static final long DATA_FILE_BYTES_LIMIT = 1L << 30;

    public EngineOptions {
        if (dataFileBytesMax < 1 || dataFileBytesMax > DATA_FILE_BYTES_LIMIT) {
            throw new IllegalArgumentException(
                    "dataFileBytesMax must be 1 to " + DATA_FILE_BYTES_LIMIT + ": " + dataFileBytesMax);
        }
    }

    /**
     * What files belong to, written into every file's header.
     *
     * @param clusterId the cluster, 0 when used alone
     * @param groupNumber the Raft group, 0 when used alone
     */
    public record Owner(long clusterId, int groupNumber) {
        /** An engine used alone. */
        public static final Owner NONE = new Owner(0, 0);
    }

    /** When applied batches are made durable without a call of {@link Engine#sync}. */
    public sealed interface SyncPolicy {
        /** {@link Engine#apply} returns after an fsync that covers it. */
        record Always() implements SyncPolicy {}

        /** At least every {@code period}: a power loss loses at most the batches of the last period. */
        record Interval(Duration period) implements SyncPolicy {}

        /** Only when {@link Engine#sync} is called, a file is sealed, or the engine is closed. */
        record Never() implements SyncPolicy {}
    }

    /** 64 MiB files, synced on demand only, owned by nobody. */
    public static EngineOptions defaults() {
        return new EngineOptions(64L << 20, new SyncPolicy.Never(), Owner.NONE);
    }

    public EngineOptions withOwner(Owner newOwner) {
        return new EngineOptions(dataFileBytesMax, syncPolicy, newOwner);
    }

    public EngineOptions withSyncPolicy(SyncPolicy newPolicy) {
        return new EngineOptions(dataFileBytesMax, newPolicy, owner);
    }

    public EngineOptions withDataFileBytesMax(long newMax) {
        return new EngineOptions(newMax, syncPolicy, owner);
    }
}

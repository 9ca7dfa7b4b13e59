package io.titankv.multiraft.shard;

import io.titankv.model.Limits;

/**
 * The proposer's bounds. Immutable.
 *
 * @param queuedOperationsMax writes that may wait to be proposed; more are refused as busy
 * @param queuedBytesMax bytes of writes that may wait; more are refused as busy
 * @param entriesInFlightMax entries proposed and not answered; writes wait while there are so many
 * @param bytesInFlightMax bytes of those entries; one entry may always be in flight
 * @param gatherOperations so many waiting writes are worth an entry though others are in flight; fewer wait for an answer
 * @param gatherBytes and so many of their bytes
 * @param entryOperationsMax most writes in an entry; an atomic group of more goes alone
 */
public record ProposerOptions(
        int queuedOperationsMax,
        long queuedBytesMax,
        int entriesInFlightMax,
        long bytesInFlightMax,
        int gatherOperations,
        long gatherBytes,
        int entryOperationsMax) {
    /** 16 entries in flight, up to 16 MiB of them; 16,384 writes or 32 MiB waiting. What was measured is in {@code docs/performance.md}. */
    public static ProposerOptions defaults() {
        return new ProposerOptions(16_384, 32L << 20, 16, 16L << 20, 256, 128L << 10, Limits.ENTRY_OPERATIONS_MAX);
    }
}

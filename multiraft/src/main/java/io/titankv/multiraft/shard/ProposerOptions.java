package io.titankv.multiraft.shard;

import io.titankv.model.Limits;

/**
 * The proposer's bounds. Immutable.
 *
 * @param queuedOperationsMax writes that may wait to be proposed; more are refused as busy
 * @param queuedBytesMax bytes of writes that may wait; more are refused as busy
 * @param entriesInFlightMax entries proposed and not answered; writes wait while there are so many
 * @param bytesInFlightMax bytes of those entries; one entry may always be in flight
 * @param eagerEntries while fewer entries are in flight a write is proposed at once; with more, writes wait until {@code
 *     gatherOperations} of them wait or an entry is answered, so that entries get larger under load
 * @param gatherOperations so many waiting writes are worth an entry at any time
 * @param entryOperationsMax most writes in an entry; an atomic group of more goes alone
 */
public record ProposerOptions(
        int queuedOperationsMax,
        long queuedBytesMax,
        int entriesInFlightMax,
        long bytesInFlightMax,
        int eagerEntries,
        int gatherOperations,
        int entryOperationsMax) {
    /** 16 entries in flight, up to 16 MiB of them; 16,384 writes or 32 MiB waiting. Guesses, to be measured. */
    public static ProposerOptions defaults() {
        return new ProposerOptions(16_384, 32L << 20, 16, 16L << 20, 2, 64, Limits.ENTRY_OPERATIONS_MAX);
    }
}

package io.titankv.multiraft.shard;

import java.time.Duration;

/**
 * When what waits is worth a Raft entry. An entry costs about the same with one write or with a hundred, so under load few large ones
 * are wanted; a lone write never waits.
 *
 * <p>While an entry is in flight, writes wait for its answer, unless so many came that they are worth another. When it is answered, those
 * who got the answers are about to come back with their next writes: they are given part of the time that the entry took, unless as
 * many wait already. (The first half is Nagle's algorithm, RFC 896.) Not thread-safe: the proposer's
 * lock guards it.
 */
final class EntryPace {
    /** Nothing but an answer makes what waits worth an entry. */
    static final long UNTIL_ANSWERED = Long.MAX_VALUE;

    /** Entries with fewer writes are no load: nobody waits for company then. */
    private static final int COMPANY_MIN = 4;

    /** Which part of an entry's time company is waited for. */
    private static final int PATIENCE_DIVISOR = 2;

    static final Duration PATIENCE_MAX = Duration.ofMillis(20);

    private static final Duration RETRY_MIN = Duration.ofMillis(5);
    private static final Duration RETRY_MAX = Duration.ofSeconds(1);

    private final ProposerOptions options;

    /** Smoothed time from proposing an entry to its answer. */
    private long entryNanos = RETRY_MIN.toNanos();

    /** Smoothed number of an entry's writes. */
    private int entryOperations;

    private long answeredNanos;

    EntryPace(ProposerOptions options) {
        this.options = options;
    }

    /** How long what waits now takes, about. */
    Duration retryAfter(int queuedOperations) {
        long entries = 1L + queuedOperations / Math.max(1, options.entryOperationsMax());
        long nanos = entryNanos * entries / options.entriesInFlightMax();
        return Duration.ofNanos(Math.clamp(nanos, RETRY_MIN.toNanos(), RETRY_MAX.toNanos()));
    }

    void onAnswered(long nowNanos, int operations, long tookNanos) {
        answeredNanos = nowNanos;
        entryNanos += (tookNanos - entryNanos) / 8;
        entryOperations = (entryOperations + operations + 1) / 2;
    }

    /** For how long what waits is not worth an entry: 0, {@link #UNTIL_ANSWERED}, or nanoseconds. Something waits. */
    long waitNanos(long nowNanos, int entriesInFlight, int queuedOperations, long queuedBytes) {
        if (queuedOperations >= options.gatherOperations() || queuedBytes >= options.gatherBytes()) {
            return 0;
        }
        if (entriesInFlight > 0) {
            return UNTIL_ANSWERED;
        }
        if (entryOperations < COMPANY_MIN || queuedOperations >= entryOperations) {
            return 0;
        }
        long patience = Math.min(entryNanos / PATIENCE_DIVISOR, PATIENCE_MAX.toNanos());
        return Math.max(0, answeredNanos + patience - nowNanos);
    }
}

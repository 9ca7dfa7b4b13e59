package io.titankv.multiraft.shard;

import java.time.Duration;

/**
 * When what waits is worth a Raft entry. An entry costs about the same with one write or with a hundred, so under load few large ones
 * are wanted; a lone write never waits.
 *
 * <p>While an entry is in flight, writes wait for its answer, unless so many came that they are worth another. When it is answered, those
 * who got the answers are about to come back with their next writes: they are given twice the time that the entry took, and whoever waited
 * meanwhile goes with them. They mostly come within that time, and the wait ends then; where processors are short, once was too little.
 * So all who write take turns in one large entry, and not in two halves. (The first half is Nagle's algorithm,
 * RFC 896.) Not thread-safe: the proposer's lock guards it.
 */
final class EntryPace {
    /** Nothing but an answer makes what waits worth an entry. */
    static final long UNTIL_ANSWERED = Long.MAX_VALUE;

    /** Entries with fewer writes are no load: nobody waits for company then. */
    private static final int COMPANY_MIN = 4;

    /** Those who do not come back, one in so many, are not waited for. */
    private static final int LATE_PART = 8;

    static final Duration PATIENCE_MAX = Duration.ofMillis(40);

    private static final Duration RETRY_MIN = Duration.ofMillis(5);
    private static final Duration RETRY_MAX = Duration.ofSeconds(1);

    private final ProposerOptions options;

    /** Smoothed time from proposing an entry to its answer. */
    private long entryNanos = RETRY_MIN.toNanos();

    /** Smoothed number of writes that were answered together or waited then: those who may go together. */
    private int company;

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

    void onAnswered(long nowNanos, int operations, long tookNanos, int queuedOperations) {
        answeredNanos = nowNanos;
        entryNanos += (tookNanos - entryNanos) / 8;
        company = Math.min((company + operations + queuedOperations + 1) / 2, options.entryOperationsMax());
    }

    /** For how long what waits is not worth an entry: 0, {@link #UNTIL_ANSWERED}, or nanoseconds. Something waits. */
    long waitNanos(long nowNanos, int entriesInFlight, int queuedOperations, long queuedBytes) {
        if (queuedOperations >= options.gatherOperations() || queuedBytes >= options.gatherBytes()) {
            return 0;
        }
        if (entriesInFlight > 0) {
            return UNTIL_ANSWERED;
        }
        if (company < COMPANY_MIN || queuedOperations >= company - company / LATE_PART) {
            return 0;
        }
        long patience = Math.min(2 * entryNanos, PATIENCE_MAX.toNanos());
        return Math.max(0, answeredNanos + patience - nowNanos);
    }
}

package io.titankv.placement.run;

import io.titankv.proto.internal.v1.TransferPart;
import java.util.Optional;

/**
 * Whether the copy of a transfer gets on, as one placement leader has seen it: it does while an attempt copies more than at the last look.
 * Attempts that fail again and again before any gets further than one before do not count for ever. Immutable.
 *
 * @param sinceNanos when it got on last
 * @param attempt the attempt last heard of
 * @param bytes copied by it
 * @param bytesMost copied by any attempt
 * @param attemptOfMost which attempt did
 */
record CopyProgress(long sinceNanos, long attempt, long bytes, long bytesMost, long attemptOfMost) {
    /** Attempts in a row that may fail before they get as far as one before; a guess. */
    static final int FUTILE_ATTEMPTS_MAX = 10;

    static CopyProgress begun(long nowNanos) {
        return new CopyProgress(nowNanos, 0, 0, 0, 0);
    }

    /** @param part what the leader that copies says; empty: nothing */
    CopyProgress look(Optional<TransferPart> part, long nowNanos) {
        if (part.isEmpty()) {
            return this;
        }
        long nowAttempt = part.get().getAttempts();
        long nowBytes = part.get().getBytesCopied();
        boolean isMost = nowBytes > bytesMost;
        boolean isMore = nowBytes > (nowAttempt == attempt ? bytes : 0);
        // A leader that has just begun may count its attempts from the start.
        long nowAttemptOfMost = isMost ? nowAttempt : Math.min(attemptOfMost, nowAttempt);
        boolean isFutile = nowAttempt - nowAttemptOfMost > FUTILE_ATTEMPTS_MAX;
        return new CopyProgress(
                isMost || (isMore && !isFutile) ? nowNanos : sinceNanos,
                nowAttempt,
                nowBytes,
                Math.max(bytesMost, nowBytes),
                nowAttemptOfMost);
    }
}

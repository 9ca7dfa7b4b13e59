package io.titankv.multiraft.shard;

import com.google.common.base.Ticker;
import java.util.function.LongConsumer;

/**
 * Measures how long a shard has ranges frozen: one transfer at a time freezes some. What is frozen when the replica opens is not
 * measured. Used by the thread that applies entries.
 */
final class FreezeClock {
    private final Ticker ticker;
    private final LongConsumer thawed;
    private boolean isFrozen;
    private long frozenNanos;

    /** @param thawed told the nanoseconds when nothing is frozen any more */
    FreezeClock(Ticker ticker, LongConsumer thawed) {
        this.ticker = ticker;
        this.thawed = thawed;
    }

    /** After a step of a transfer, on either side. */
    void look(Ownership owned) {
        boolean frozenNow = !owned.frozen().isEmpty();
        if (frozenNow && !isFrozen) {
            frozenNanos = ticker.read();
        } else if (isFrozen && !frozenNow) {
            thawed.accept(ticker.read() - frozenNanos);
        }
        isFrozen = frozenNow;
    }
}

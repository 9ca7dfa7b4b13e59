package io.titankv.multiraft.shard;

import io.titankv.model.Version;
import java.time.InstantSource;

/**
 * Stamps a leader's entries: wall clock milliseconds and a counter, never going back even when the wall clock does. What a stamp
 * becomes is settled where the entry is applied, so that clocks of different leaders need not agree. Kulkarni et al., "Logical
 * Physical Clocks" (2014). Thread-safe.
 */
final class HybridClock {
    private final InstantSource wall;
    /** The last version that a stamp of ours covers. */
    private long last;

    HybridClock(InstantSource wall) {
        this.wall = wall;
    }

    /** The first of {@code versions} versions that were not given before. */
    synchronized long next(int versions) {
        long now = Version.atMillis(wall.millis()).value();
        long first = Math.max(now, last + 1);
        last = first + versions - 1;
        return first;
    }
}

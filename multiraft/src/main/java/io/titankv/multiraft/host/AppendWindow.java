package io.titankv.multiraft.host;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.util.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * What one sender has sent its follower and has no answer to, and so from where it sends on. At most {@value #ENTRIES_MAX} requests with
 * entries are under way, and one until the follower has taken entries after a failure; after failures in a row nothing for a while. What is
 * lost is sent again. Thread-safe; its monitor also guards the follower's next index, which requests are made from.
 */
final class AppendWindow {
    static final int ENTRIES_MAX = 16;

    /**
     * A request under way.
     *
     * @param firstIndex of its entries; -1 for a heartbeat
     * @param at when it was made
     * @param atNanos the same, by {@link System#nanoTime}
     */
    record Sent(long firstIndex, Timestamp at, long atNanos) {
        boolean hasEntries() {
            return firstIndex >= 0;
        }
    }

    /** By call id, in the order of sending. */
    private final Map<Long, Sent> underWay = new LinkedHashMap<>();

    private final FollowerInfo follower;
    private final AppendPauses pauses;
    private int withEntries;
    private boolean probing = true;
    private int failures;
    private long pausedUntilNanos = System.nanoTime();

    AppendWindow(FollowerInfo follower, AppendPauses pauses) {
        this.follower = follower;
        this.pauses = pauses;
    }

    synchronized boolean hasEntries() {
        return withEntries > 0;
    }

    /** Whether a request with entries may be sent now. */
    synchronized boolean takesEntries() {
        return pausedUntilNanos - System.nanoTime() <= 0
                && (withEntries == 0 || (!probing && withEntries < ENTRIES_MAX));
    }

    synchronized void add(long callId, Sent sent) {
        underWay.put(callId, sent);
        if (sent.hasEntries()) {
            withEntries++;
        }
    }

    /** A request under way; null when it was given up. */
    @Nullable
    synchronized Sent getOrNull(long callId) {
        return underWay.get(callId);
    }

    /**
     * Takes out a request that the follower has taken; it may have been given up before.
     *
     * @param matchIndex up to where the follower's log is now known to be the leader's: that is not sent again
     */
    synchronized void onTaken(long callId, long matchIndex) {
        follower.updateNextIndex(matchIndex + 1);
        Sent sent = underWay.remove(callId);
        if (sent != null && sent.hasEntries()) {
            withEntries--;
            probing = false;
            failures = 0;
        }
    }

    /**
     * The follower answered a request under way that its log does not fit. Not counted as a failure of what is given up by that.
     *
     * @param nextIndex of what is sent next, one request at a time until it fits
     * @return for how long nothing is sent, nanoseconds
     */
    synchronized long onInconsistent(long nextIndex) {
        clear();
        follower.setNextIndex(nextIndex);
        return pause();
    }

    /**
     * Something did not reach the follower, or its answer did not come back: all that is under way is sent again.
     *
     * @return for how long nothing is sent, nanoseconds
     */
    synchronized long onFailed() {
        rewind();
        return pause();
    }

    /** As {@link #onFailed}, when it is not the follower that fails: its node was not reached. */
    synchronized void onBroken() {
        rewind();
        probing = true;
    }

    /** The call ids of all that is under way, when an answer is due to any of it for too long; else none. */
    synchronized List<Long> overdue() {
        return underWay.isEmpty()
                        || System.nanoTime()
                                        - underWay.values().iterator().next().atNanos()
                                < pauses.patience().toNanos()
                ? List.of()
                : List.copyOf(underWay.keySet());
    }

    /** How many failures there were since it took entries. */
    synchronized int failures() {
        return failures;
    }

    private long pause() {
        probing = true;
        failures++;
        long nanos = pauses.nanosAfter(failures);
        pausedUntilNanos = System.nanoTime() + nanos;
        return nanos;
    }

    private void rewind() {
        long first = underWay.values().stream()
                .filter(Sent::hasEntries)
                .mapToLong(Sent::firstIndex)
                .min()
                .orElse(-1);
        clear();
        if (first >= 0) {
            follower.setNextIndex(Math.max(first, follower.getMatchIndex() + 1));
        }
    }

    private void clear() {
        underWay.clear();
        withEntries = 0;
    }
}

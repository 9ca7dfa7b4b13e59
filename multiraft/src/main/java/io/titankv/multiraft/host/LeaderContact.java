package io.titankv.multiraft.host;

/**
 * How long ago a follower's state was the leader's. A message counts from the moment at which everything that it called committed is
 * applied, so that hearing from the leader without catching up makes nothing fresh. Thread-safe.
 */
final class LeaderContact {
    private long freshNanos;
    private boolean everFresh;
    private long heardNanos;
    private long heardCommit = -1;
    private boolean pending;

    synchronized void onHeard(long nowNanos, long leaderCommit, long appliedIndex) {
        settle(appliedIndex);
        if (!pending) {
            heardNanos = nowNanos;
            heardCommit = leaderCommit;
            pending = true;
            settle(appliedIndex);
        }
    }

    private void settle(long appliedIndex) {
        if (pending && appliedIndex >= heardCommit) {
            freshNanos = heardNanos;
            everFresh = true;
            pending = false;
        }
    }

    /** Long.MAX_VALUE when it never was. */
    synchronized long ageNanos(long nowNanos, long appliedIndex) {
        settle(appliedIndex);
        return everFresh ? Math.max(0, nowNanos - freshNanos) : Long.MAX_VALUE;
    }
}

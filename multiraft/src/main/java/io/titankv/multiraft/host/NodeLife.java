package io.titankv.multiraft.host;

/**
 * When this node began and whether it was killed. Thread-safe.
 *
 * <p>A node that restarts has forgotten which leader it had just answered; that leader may count on the answer for the length of
 * a lease. So it votes for nobody until the least election timeout has passed since it began, unless it never held a group.
 */
final class NodeLife {
    private final long mayVoteFromNanos;
    private volatile boolean killed;

    NodeLife(boolean mayHaveGrantedLease, long electionTimeoutMinNanos) {
        mayVoteFromNanos = System.nanoTime() + (mayHaveGrantedLease ? electionTimeoutMinNanos : 0);
    }

    boolean mayVote() {
        return System.nanoTime() - mayVoteFromNanos >= 0;
    }

    void kill() {
        killed = true;
    }

    boolean isKilled() {
        return killed;
    }
}

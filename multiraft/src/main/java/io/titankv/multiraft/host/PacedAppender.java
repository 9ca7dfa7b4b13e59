package io.titankv.multiraft.host;

import java.util.concurrent.TimeUnit;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.util.AwaitForSignal;

/**
 * Sends the log to one follower, without the loops that Ratis falls into. We set no pause between appends: while the follower
 * fetches a snapshot it is asked for it at most every {@value #PAUSE_MILLIS} ms.
 */
final class PacedAppender extends GrpcLogAppender {
    /** Short beside a snapshot, long beside the round trip that asks for it. */
    private static final long PAUSE_MILLIS = 50;

    private final AwaitForSignal signal = new LastingSignal();

    /** Where the log began of the leader that told the follower to install a snapshot which it has not installed yet; -1: none. */
    private volatile long installing = -1;

    private long askedNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);

    PacedAppender(RaftServer.Division division, LeaderState state, FollowerInfo follower) {
        super(division, state, follower);
    }

    @Override
    public AwaitForSignal getEventAwaitForSignal() {
        return signal;
    }

    /** Wakes the sender only for something to send: Ratis calls this at each reply and each commit, too. */
    @Override
    public void notifyLogAppender() {
        if (shouldSendAppendEntries()) {
            signal.signal();
        }
    }

    /**
     * While its stream is broken Ratis would loop without a pause until the next heartbeat is due, as there is always something to
     * open and never anything to send. New entries and heartbeats that are asked for end this wait.
     */
    @Override
    public long getWaitTimeMs() {
        long wait = super.getWaitTimeMs();
        return wait > 0 || hasAppendEntries() ? wait : Math.max(wait, getHeartbeatWaitTimeMs());
    }

    /**
     * A follower whose snapshot ends right where this log begins is sent the log. Ratis 3.3.0 would ask it for ever to install the
     * snapshot that it has, as the term of the entry before is purged here (RATIS-2500): a group of which one more member is down
     * would have no leader until that one is back. The entry before needs no check, as it is in the follower's snapshot, so
     * committed; Ratis' request and the follower both know this case.
     */
    @Override
    public boolean shouldInstallSnapshot(boolean hasSnapshot) {
        return installing >= 0 || (super.shouldInstallSnapshot(hasSnapshot) && !standsWhereTheLogBegins());
    }

    /**
     * The follower takes no entries until it has installed a snapshot, and installs it only when it is told of it again. Ratis 3.3.0
     * forgets that: a new leader whose log goes further back sends entries for ever, and so does the same one when the follower's own
     * log turns out to reach into its own. So whoever leads tells it again. Thread-safe.
     *
     * @param index where the log began of the leader that told it first; -1 when it installs none
     */
    void onFollowerInstalls(long index) {
        installing = index;
    }

    private boolean standsWhereTheLogBegins() {
        FollowerInfo follower = getFollower();
        long next = follower.getNextIndex();
        return next == getRaftLog().getStartIndex()
                && follower.getMatchIndex() == next - 1
                && follower.getSnapshotIndex() == next - 1
                && (follower.hasAttemptedToInstallSnapshot()
                        || !getLeaderState().isFollowerBootstrapping(follower));
    }

    /** Called by the appender's own thread only, without locks. */
    @Override
    public InstallSnapshotRequestProto newInstallSnapshotNotificationRequest(TermIndex firstInLog) {
        long pauseNanos = TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS) - (System.nanoTime() - askedNanos);
        if (pauseNanos > 0) {
            try {
                TimeUnit.NANOSECONDS.sleep(pauseNanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        askedNanos = System.nanoTime();
        // Below what it was told first the follower would not hear it.
        return super.newInstallSnapshotNotificationRequest(
                installing <= firstInLog.getIndex() ? firstInLog : TermIndex.valueOf(firstInLog.getTerm(), installing));
    }
}

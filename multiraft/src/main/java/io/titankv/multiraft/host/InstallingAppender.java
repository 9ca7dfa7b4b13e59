package io.titankv.multiraft.host;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppenderBase;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a leader does about a follower that needs a snapshot, as the log does not go back to where the follower stands: it tells the follower
 * of that again and again, until the follower has fetched one from somebody. Without the loops that Ratis falls into.
 */
abstract class InstallingAppender extends LogAppenderBase {
    /** Between two times that it is told. Short beside a snapshot, long beside the round trip. */
    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final Logger LOG = LoggerFactory.getLogger(InstallingAppender.class);

    private final AppendLink link;
    private final Clock clock;

    /** Where the log began of the leader that told the follower to install a snapshot which it has not installed yet; -1: none. */
    private volatile long installing = -1;

    /** From when the follower is told until it has answered, and for a pause after that. */
    private final AtomicBoolean telling = new AtomicBoolean();

    InstallingAppender(
            RaftServer.Division division, LeaderState state, FollowerInfo follower, AppendLink link, Clock clock) {
        super(division, state, follower);
        this.link = link;
        this.clock = clock;
    }

    /**
     * Tells the follower to install a snapshot if it needs one.
     *
     * @return whether it does: then it takes no entries
     */
    final boolean tellsToInstall() {
        TermIndex first = shouldNotifyToInstallSnapshot();
        if (first == null) {
            return false;
        }
        if (telling.compareAndSet(false, true)) {
            // Ratis makes the request under the lock of its server.
            clock.workers().execute(() -> tell(first));
        }
        return true;
    }

    private void tell(TermIndex first) {
        LOG.atDebug()
                .addKeyValue("follower", getFollower().getName())
                .addKeyValue("first", first)
                .log("needs a snapshot");
        Answers answers = new Answers();
        try {
            getFollower().updateLastRpcSendTime(false);
            link.notifySnapshot(newInstallSnapshotNotificationRequest(first), answers);
        } catch (RuntimeException e) {
            answers.onError(e);
        }
    }

    /**
     * A follower whose snapshot ends right where this log begins is sent the log. Ratis 3.3.0 would ask it for ever to install the
     * snapshot that it has, as the term of the entry before is purged here (RATIS-2500): a group of which one more member is down
     * would have no leader until that one is back. The entry before needs no check, as it is in the follower's snapshot, so
     * committed; Ratis' request and the follower both know this case.
     */
    @Override
    public final boolean shouldInstallSnapshot(boolean hasSnapshot) {
        return installing >= 0 || (super.shouldInstallSnapshot(hasSnapshot) && !standsWhereTheLogBegins());
    }

    /**
     * The follower takes no entries until it has installed a snapshot, and installs it only when it is told of it again. Ratis 3.3.0
     * forgets that: a new leader whose log goes further back sends entries for ever, and so does the same one when the follower's own
     * log turns out to reach into its own. So whoever leads tells it again. Thread-safe.
     *
     * @param index where the log began of the leader that told it first; -1 when it installs none
     */
    final void onFollowerInstalls(long index) {
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

    @Override
    public final InstallSnapshotRequestProto newInstallSnapshotNotificationRequest(TermIndex firstInLog) {
        // Below what it was told first the follower would not hear it.
        return super.newInstallSnapshotNotificationRequest(
                installing <= firstInLog.getIndex() ? firstInLog : TermIndex.valueOf(firstInLog.getTerm(), installing));
    }

    /** What the follower says to being told. */
    private final class Answers implements StreamObserver<InstallSnapshotReplyProto> {
        @Override
        public void onNext(InstallSnapshotReplyProto reply) {
            FollowerInfo follower = getFollower();
            follower.updateLastRpcResponseTime();
            switch (reply.getResult()) {
                case SUCCESS -> follower.setAttemptedToInstallSnapshot();
                case ALREADY_INSTALLED -> onSnapshotAt(reply.getSnapshotIndex());
                case SNAPSHOT_INSTALLED -> {
                    onSnapshotAt(reply.getSnapshotIndex());
                    if (reply.getSnapshotIndex() + 1 >= getRaftLog().getStartIndex()) {
                        noteInstalled(InstallSnapshotResult.SUCCESS, reply.getSnapshotIndex());
                    }
                }
                case SNAPSHOT_UNAVAILABLE -> {
                    follower.setAttemptedToInstallSnapshot();
                    noteInstalled(InstallSnapshotResult.SNAPSHOT_UNAVAILABLE, RaftLog.INVALID_LOG_INDEX);
                }
                case NOT_LEADER -> clock.workers().execute(() -> onFollowerTerm(reply.getTerm()));
                case IN_PROGRESS -> {}
                default ->
                    LOG.atWarn()
                            .addKeyValue("follower", follower.getName())
                            .addKeyValue("answer", reply.getResult())
                            .log("a follower cannot install a snapshot");
            }
        }

        private void onSnapshotAt(long index) {
            FollowerInfo follower = getFollower();
            follower.setSnapshotIndex(index);
            follower.setAttemptedToInstallSnapshot();
            getLeaderState().onFollowerCommitIndex(follower, index);
            follower.updateNextIndex(index + 1);
        }

        private void noteInstalled(InstallSnapshotResult how, long index) {
            getServer()
                    .getStateMachine()
                    .event()
                    .notifySnapshotInstalled(how, index, getFollower().getPeer());
        }

        @Override
        public void onError(Throwable cause) {
            LOG.atDebug()
                    .addKeyValue("follower", getFollower().getName())
                    .setCause(cause)
                    .log("not told to install a snapshot");
            end();
        }

        @Override
        public void onCompleted() {
            end();
        }

        private void end() {
            clock.after(PAUSE, () -> {
                telling.set(false);
                // Only the answer to an append tells that it is installed; being told counts as an answer, so none
                // would be due.
                triggerHeartbeat();
            });
        }
    }
}

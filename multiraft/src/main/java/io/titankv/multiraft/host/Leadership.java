package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.protocol.TermIndex;

/**
 * One leadership of one group, from election to step-down: stands between Ratis and its senders, passes everything on unchanged,
 * and keeps what the replies prove: that this replica still leads ({@link ReadBarrier}), until when nobody else can (the lease),
 * and how far each follower is. Thread-safe.
 */
final class Leadership implements LeaderState {
    /** Entries that a follower holds after some round trips. */
    private static final long HAND_OVER_LAG_MAX = 1_000;

    private final RaftServer.Division division;
    private final LeaderState ratis;
    private final long leaseNanos;
    private final Clock clock;
    private final Healer healer;
    private final Set<RaftPeerId> startingOver = ConcurrentHashMap.newKeySet();
    private final ReadBarrier<RaftPeerId> barrier;
    private final ConcurrentMap<RaftPeerId, Sender> senders = new ConcurrentHashMap<>();
    private final ReplicationWaits waits = new ReplicationWaits();

    /** A transfer lets its target be elected at once, against the lease; it may arrive late, so the lease does not come back. */
    private volatile boolean leaseForfeited;

    Leadership(
            RaftServer.Division division,
            LeaderState ratis,
            long leaseNanos,
            Clock clock,
            Healer healer,
            RaftMeters meters) {
        this.division = division;
        this.ratis = ratis;
        this.leaseNanos = leaseNanos;
        this.clock = clock;
        this.healer = healer;
        barrier = new ReadBarrier<>(division.getId(), fulfils -> Majority.of(division.getRaftConf(), fulfils), meters);
    }

    /** One sender of Ratis, and when its follower last proved this leadership. */
    private static final class Sender implements ReadBarrier.Follower<RaftPeerId> {
        private final LogAppender appender;

        /** A request under way whose making time is remembered; -1 when none. */
        private long sampleCallId = -1;

        private long sampleNanos;
        private long provenNanos;
        private boolean proven;

        Sender(LogAppender appender) {
            this.appender = appender;
        }

        synchronized void onMade(long callId) {
            if (sampleCallId < 0) {
                sampleCallId = callId;
                sampleNanos = System.nanoTime();
            }
        }

        /** A later request accepted proves no less than the remembered one. */
        synchronized void onAccepted(long callId) {
            if (sampleCallId >= 0 && callId >= sampleCallId) {
                provenNanos = sampleNanos;
                proven = true;
                sampleCallId = -1;
            }
        }

        synchronized boolean provenWithin(long nanos) {
            return proven && System.nanoTime() - provenNanos < nanos;
        }

        @Override
        public RaftPeerId voter() {
            return appender.getFollowerId();
        }

        @Override
        public long nextCallId() {
            return appender.getCallId();
        }

        @Override
        public void trigger() {
            appender.triggerHeartbeat();
        }
    }

    boolean isOf(LeaderState state) {
        return ratis.equals(state);
    }

    void add(LogAppender appender) {
        Sender sender = new Sender(appender);
        senders.put(appender.getFollowerId(), sender);
        barrier.add(sender);
    }

    CompletableFuture<BarrierOutcome> passBarrier(Duration timeout) {
        if (!division.getInfo().isLeaderReady()) {
            return CompletableFuture.completedFuture(new BarrierOutcome.NotLeader(null));
        }
        return barrier.pass(wait -> clock.after(timeout, () -> barrier.giveUp(wait)));
    }

    boolean leaseHolds() {
        if (leaseForfeited || !division.getInfo().isLeaderReady()) {
            return false;
        }
        RaftPeerId self = division.getId();
        return Majority.of(division.getRaftConf(), voter -> {
            Sender sender = senders.get(voter);
            return voter.equals(self) || (sender != null && sender.provenWithin(leaseNanos));
        });
    }

    /**
     * Whether the follower answered just now and is about as far as this leader. While Ratis waits for one that is not, it turns every
     * write away.
     */
    boolean mayHandOverTo(RaftPeerId follower) {
        Sender sender = senders.get(follower);
        return sender != null
                && sender.provenWithin(2 * leaseNanos)
                && division.getRaftLog().getFlushIndex()
                                - sender.appender.getFollower().getMatchIndex()
                        <= HAND_OVER_LAG_MAX;
    }

    /** For good. The followers learn that they may vote for another at once. */
    void forfeitLease() {
        leaseForfeited = true;
        senders.values().forEach(Sender::trigger);
    }

    /** For each follower of the configuration, the last index that it is known to hold. */
    Map<NodeId, Long> matchIndexes() {
        Map<NodeId, Long> matches = new HashMap<>();
        senders.forEach((peer, sender) -> {
            if (isMember(peer)) {
                matches.put(
                        Positions.fromRatis(peer), sender.appender.getFollower().getMatchIndex());
            }
        });
        return Map.copyOf(matches);
    }

    private boolean isMember(RaftPeerId peer) {
        var configuration = division.getRaftConf();
        return configuration.getPeer(peer, RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER) != null;
    }

    /** Completes when every voter holds the index, as far as their replies tell. */
    CompletableFuture<Void> replicatedToAll(long index) {
        CompletableFuture<Void> done = waits.add(index);
        waits.onProgress(heldByAll());
        return done;
    }

    private long heldByAll() {
        RaftPeerId self = division.getId();
        long least = division.getRaftLog().getFlushIndex();
        for (var voter : division.getRaftConf().getAllPeers()) {
            Sender sender = senders.get(voter.getId());
            if (!voter.getId().equals(self)) {
                least = Math.min(
                        least,
                        sender == null ? -1 : sender.appender.getFollower().getMatchIndex());
            }
        }
        return least;
    }

    void end() {
        barrier.end();
        waits.fail();
    }

    @Override
    public AppendEntriesRequestProto newAppendEntriesRequestProto(
            FollowerInfo follower, List<LogEntryProto> entries, TermIndex previous, long callId) {
        Sender sender = senders.get(follower.getId());
        if (sender != null) {
            sender.onMade(callId);
        }
        AppendEntriesRequestProto request = ratis.newAppendEntriesRequestProto(follower, entries, previous, callId);
        request = withRightInitializing(request, follower.getId());
        request = leaseForfeited ? Marks.leaseForfeited(request) : request;
        return startingOver.contains(follower.getId()) ? Marks.startOver(request) : request;
    }

    /**
     * Whether the follower is to wait before it takes part in elections. Ratis 3.3.0 says so for ever of a learner that joined while this
     * leader led, also when it is a voter since; and of one that the leader found it says the opposite, so that it campaigns
     * without being a voter and shuts itself down. A voter takes part, others do not.
     */
    private AppendEntriesRequestProto withRightInitializing(AppendEntriesRequestProto request, RaftPeerId follower) {
        boolean initializing = division.getRaftConf().getPeer(follower) == null;
        return request.getInitializing() == initializing
                ? request
                : request.toBuilder().setInitializing(initializing).build();
    }

    /** A learner that is rotten may forget what it held; it begins at the log's start, and so does its sender. */
    void letStartOver(RaftPeerId learner) {
        Sender sender = senders.get(learner);
        if (sender != null && startingOver.add(learner)) {
            ratis.restart(sender.appender);
        }
    }

    /** Ratis stops the senders of learners when a change of members fails that has nothing to do with them. */
    void reviveSenders() {
        if (!division.getInfo().isLeaderReady()) {
            return;
        }
        senders.forEach((peer, sender) -> {
            if (isMember(peer) && !sender.appender.isRunning()) {
                ratis.restart(sender.appender);
            }
        });
    }

    @Override
    public void onAppendEntriesReply(LogAppender appender, AppendEntriesReplyProto reply) {
        ratis.onAppendEntriesReply(appender, reply);
        Sender sender = senders.get(appender.getFollowerId());
        if (sender == null || !sender.appender.equals(appender)) {
            return;
        }
        if (Marks.isRotten(reply)) {
            healer.onRotten(this, division, appender.getFollowerId());
            return;
        }
        startingOver.remove(appender.getFollowerId());
        if (reply.getResult() != AppendResult.SUCCESS) {
            return;
        }
        if (Marks.isReturning(reply)) {
            healer.onReturning(
                    division, appender.getFollowerId(), appender.getFollower().getMatchIndex());
        }
        long callId = reply.getServerReply().getCallId();
        sender.onAccepted(callId);
        barrier.onConfirmed(sender, callId);
        if (waits.isWaiting()) {
            waits.onProgress(heldByAll());
        }
    }

    @Override
    public void restart(LogAppender appender) {
        ratis.restart(appender);
    }

    @Override
    public void checkHealth(FollowerInfo follower) {
        ratis.checkHealth(follower);
    }

    @Override
    public boolean onFollowerTerm(FollowerInfo follower, long followerTerm) {
        return ratis.onFollowerTerm(follower, followerTerm);
    }

    @Override
    public void onFollowerCommitIndex(FollowerInfo follower, long commitIndex) {
        ratis.onFollowerCommitIndex(follower, commitIndex);
    }

    @Override
    public void onFollowerSuccessAppendEntries(FollowerInfo follower) {
        ratis.onFollowerSuccessAppendEntries(follower);
    }

    @Override
    public boolean isFollowerBootstrapping(FollowerInfo follower) {
        return ratis.isFollowerBootstrapping(follower);
    }
}

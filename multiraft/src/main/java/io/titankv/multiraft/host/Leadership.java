package io.titankv.multiraft.host;

import io.titankv.model.GroupId;
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
import org.jspecify.annotations.Nullable;

/**
 * One leadership of one group, from election to step-down: stands between Ratis and its senders, passes everything on unchanged,
 * and keeps what the replies prove: that this replica still leads ({@link ReadBarrier}), until when nobody else can (the lease),
 * and how far each follower is. Thread-safe.
 */
final class Leadership implements LeaderState {
    /** Entries that a follower holds after some round trips. */
    private static final long HAND_OVER_LAG_MAX = 1_000;

    private final RaftServer.Division division;
    private final GroupId group;
    private final LeaderState ratis;
    private final long leaseNanos;
    private final Healer healer;
    private final GroupTerms terms;
    private final Set<RaftPeerId> startingOver = ConcurrentHashMap.newKeySet();
    private final ReadBarrier<RaftPeerId> barrier;
    private final ConcurrentMap<RaftPeerId, FollowerSender> senders = new ConcurrentHashMap<>();
    private final ReplicationWaits waits = new ReplicationWaits();
    private final StoppedSenders stopped = new StoppedSenders();
    private final VoterDisks disks = new VoterDisks();

    /** A transfer lets its target be elected at once, against the lease; it may arrive late, so the lease does not come back. */
    private volatile boolean leaseForfeited;

    /** The term of this leadership; -1 until its first request is made. */
    private volatile long term = -1;

    Leadership(
            RaftServer.Division division,
            LeaderState ratis,
            long leaseNanos,
            Healer healer,
            RaftMeters meters,
            GroupTerms terms) {
        this.division = division;
        this.ratis = ratis;
        this.leaseNanos = leaseNanos;
        this.healer = healer;
        this.terms = terms;
        group = Positions.fromRatis(division.getMemberId().getGroupId());
        barrier = new ReadBarrier<>(division.getId(), fulfils -> Majority.of(division.getRaftConf(), fulfils), meters);
    }

    boolean isOf(LeaderState state) {
        return ratis.equals(state);
    }

    void add(LogAppender appender) {
        FollowerSender sender = new FollowerSender(appender, this::ask);
        senders.put(appender.getFollowerId(), sender);
        barrier.add(sender);
    }

    @Nullable
    FollowerSender senderOrNull(RaftPeerId follower) {
        return senders.get(follower);
    }

    CompletableFuture<BarrierOutcome> passBarrier() {
        if (!division.getInfo().isLeaderReady()) {
            return CompletableFuture.completedFuture(new BarrierOutcome.NotLeader(null));
        }
        return barrier.pass();
    }

    /** Asks the follower for its term. That nobody can tell it, or it is another, is for a heartbeat to find out. */
    private void ask(FollowerSender sender, Runnable proven) {
        if (term < 0) {
            sender.trigger();
            return;
        }
        terms.ask(Positions.fromRatis(sender.voter()), group, term, new TermQuestions.Asker() {
            @Override
            public void onCurrent() {
                proven.run();
            }

            @Override
            public void onUnknown() {
                sender.trigger();
            }
        });
    }

    boolean leaseHolds() {
        if (leaseForfeited || !division.getInfo().isLeaderReady()) {
            return false;
        }
        RaftPeerId self = division.getId();
        return Majority.of(division.getRaftConf(), voter -> {
            FollowerSender sender = senderOrNull(voter);
            return voter.equals(self) || (sender != null && sender.provenWithin(leaseNanos));
        });
    }

    /**
     * Gives up the lease for a follower that answered just now and is about as far as this leader. The lease is given up for good; the
     * followers learn that they may vote for another at once.
     *
     * @return false when the follower is not that far: while Ratis waits for it, it turns every write away
     */
    boolean handsOverTo(RaftPeerId follower) {
        FollowerSender sender = senderOrNull(follower);
        if (sender == null
                || !sender.provenWithin(2 * leaseNanos)
                || division.getRaftLog().getFlushIndex()
                                - sender.appender().getFollower().getMatchIndex()
                        > HAND_OVER_LAG_MAX) {
            return false;
        }
        leaseForfeited = true;
        senders.values().forEach(FollowerSender::trigger);
        return true;
    }

    /** For each follower of the configuration, the last index that it is known to hold. */
    Map<NodeId, Long> matchIndexes() {
        Map<NodeId, Long> matches = new HashMap<>();
        senders.forEach((peer, sender) -> {
            if (isMember(peer)) {
                matches.put(
                        Positions.fromRatis(peer),
                        sender.appender().getFollower().getMatchIndex());
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
            FollowerSender sender = senderOrNull(voter.getId());
            if (!voter.getId().equals(self)) {
                least = Math.min(
                        least,
                        sender == null ? -1 : sender.appender().getFollower().getMatchIndex());
            }
        }
        return least;
    }

    /** Whether the followers have room. */
    VoterDisks disks() {
        return disks;
    }

    void end() {
        barrier.end();
        waits.fail();
    }

    @Override
    public AppendEntriesRequestProto newAppendEntriesRequestProto(
            FollowerInfo follower, List<LogEntryProto> entries, TermIndex previous, long callId) {
        FollowerSender sender = senderOrNull(follower.getId());
        if (sender != null) {
            sender.onMade(callId);
        }
        AppendEntriesRequestProto request = ratis.newAppendEntriesRequestProto(follower, entries, previous, callId);
        term = request.getLeaderTerm();
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
        FollowerSender sender = senderOrNull(learner);
        if (sender != null && startingOver.add(learner)) {
            ratis.restart(sender.appender());
        }
    }

    /** To be called again and again, by one thread: ends what waits for the read barrier for too long, and starts senders that Ratis stopped. */
    void sweep(Duration barrierPatience) {
        barrier.giveUpSinceBefore(System.nanoTime() - barrierPatience.toNanos());
        if (CommittedMembership.isSettled(division)) {
            stopped.sweep(senders, this::isMember, ratis::restart);
        }
    }

    @Override
    public void onAppendEntriesReply(LogAppender appender, AppendEntriesReplyProto reply) {
        ratis.onAppendEntriesReply(appender, reply);
        FollowerSender sender = senderOrNull(appender.getFollowerId());
        if (sender == null || !sender.appender().equals(appender)) {
            return;
        }
        if (Marks.isRotten(reply)) {
            healer.onRotten(this, division, appender.getFollowerId());
            return;
        }
        disks.note(appender.getFollowerId(), Marks.isDiskFull(reply));
        startingOver.remove(appender.getFollowerId());
        if (appender instanceof InstallingAppender installing) {
            installing.onFollowerInstalls(Marks.installing(reply));
        }
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

    /**
     * Ends this leadership when a voter knows a later term. Ratis 3.3.0 does not listen to a voter that joined as a learner while this
     * leader led, as to {@link #withRightInitializing}: it would lead on past a failed transfer to that voter, turning every write away.
     */
    @Override
    public boolean onFollowerTerm(FollowerInfo follower, long followerTerm) {
        return ratis.onFollowerTerm(follower, followerTerm)
                || healer.onLaterTerm(division, follower.getId(), followerTerm);
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

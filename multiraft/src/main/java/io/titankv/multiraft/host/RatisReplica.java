package io.titankv.multiraft.host;

import com.google.protobuf.ByteString;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica over a division of Ratis, or one that is out of service because it could not be opened or has failed. Thread-safe.
 */
final class RatisReplica implements Replica, StateMachineAdapter.Events {
    private static final Logger LOG = LoggerFactory.getLogger(RatisReplica.class);

    /** After this a proposal that Raft has not answered is told to be undetermined. No promise of Raft's, but of ours. */
    static final Duration PROPOSAL_TIME_MAX = Duration.ofSeconds(10);

    private final GroupId group;
    private final Rebuild rebuild;
    private final NodeContext node;
    private final Set<Proposal> proposals = ConcurrentHashMap.newKeySet();
    private final ReplicationWaits appliedWaits = new ReplicationWaits();
    private final LeaderContact contact = new LeaderContact();
    private final LongAdder leaderChanges = new LongAdder();

    private volatile ReplicatedStateMachine stateMachine;
    private volatile LeadershipNews news;
    private volatile @Nullable StateMachineAdapter adapter;
    private volatile RaftServer.@Nullable Division division;
    private volatile @Nullable String fault;
    private volatile boolean rotten;
    private final int entryBytesMax;

    /** @param starter see {@link Rebuild} */
    RatisReplica(GroupId group, ReplicatedStateMachine stateMachine, NodeContext node, Consumer<RatisReplica> starter) {
        this.group = group;
        this.stateMachine = stateMachine;
        this.node = node;
        entryBytesMax = node.options().entryBytesMax().getAsInt();
        news = new LeadershipNews(stateMachine, leaderChanges);
        rebuild = new Rebuild(() -> node.clock().workers().execute(() -> starter.accept(this)));
    }

    // Its life, driven by RaftHost.

    ReplicatedStateMachine stateMachine() {
        return stateMachine;
    }

    @Nullable
    StateMachineAdapter adapterOrNull() {
        return adapter;
    }

    RaftServer.@Nullable Division divisionOrNull() {
        return division;
    }

    /** New leaders that it heard of. */
    LongAdder leaderChanges() {
        return leaderChanges;
    }

    void opened(StateMachineAdapter opened) {
        adapter = opened;
    }

    void serves(RaftServer.Division started) {
        division = started;
        node.meters().timeSyncs(started.getRaftLog());
        onLeadershipChanged();
    }

    Rebuild rebuild() {
        return rebuild;
    }

    /** Its division is gone, for a reason that replaces any other. */
    void stopForRebuild(String why) {
        synchronized (this) {
            fault = "to be rebuilt: " + why;
        }
        failProposals("out of service: " + why);
        division = null;
    }

    /** Begins anew, with nothing. */
    void renew(ReplicatedStateMachine fresh) {
        adapter = null;
        stateMachine = fresh;
        news = new LeadershipNews(fresh, leaderChanges);
        rotten = false;
        synchronized (this) {
            fault = null;
        }
    }

    /** Whether it is a voter for good: by a configuration that is committed. */
    boolean isVoter() {
        RaftServer.Division running = division;
        if (running == null) {
            return false;
        }
        RaftConfiguration configuration = running.getRaftConf();
        return configuration.getPeer(running.getId()) != null
                && configuration.getPreviousPeers().isEmpty()
                && configuration.getLogEntryIndex() <= running.getRaftLog().getLastCommittedIndex();
    }

    /** What is here must not be used: only a rebuild helps. */
    void noteRotten() {
        rotten = true;
    }

    boolean isRotten() {
        return rotten;
    }

    boolean isOutOfService() {
        return fault != null;
    }

    /** Takes the replica out of service; the first reason given stays. */
    void takeOutOfService(String why) {
        synchronized (this) {
            if (fault == null) {
                fault = why;
            }
        }
        failProposals("out of service: " + why);
        RaftServer.Division running = division;
        if (running != null) {
            node.clock().workers().execute(running::close);
        }
    }

    /** Ends what waits: the node stops. */
    void stop(String why) {
        synchronized (this) {
            if (fault == null) {
                fault = why;
            }
        }
        failProposals(why);
        node.leaderships().end(Positions.toRatis(group));
    }

    private void failProposals(String why) {
        for (Proposal proposal : proposals) {
            proposal.outcome.complete(new ProposeOutcome.Undetermined(why));
        }
    }

    /** Called again and again by the node's timer. */
    void expireProposals(long nowNanos) {
        for (Proposal proposal : proposals) {
            if (nowNanos - proposal.deadlineNanos >= 0) {
                proposal.outcome.complete(
                        new ProposeOutcome.Undetermined("no answer within " + PROPOSAL_TIME_MAX.toSeconds() + " s"));
            }
        }
    }

    // What others ask of it.

    @Override
    public GroupId group() {
        return group;
    }

    @Override
    public int entryBytesMax() {
        return entryBytesMax;
    }

    @Override
    public CompletableFuture<ProposeOutcome> propose(ByteString entry) {
        if (entry.isEmpty() || entry.size() > entryBytesMax) {
            throw new IllegalArgumentException("an entry has 1 to " + entryBytesMax + " bytes, not " + entry.size());
        }
        RaftServer.Division running = division;
        String out = fault;
        if (out != null) {
            return CompletableFuture.completedFuture(new ProposeOutcome.OutOfService(out));
        }
        if (running == null) {
            return CompletableFuture.completedFuture(new ProposeOutcome.OutOfService("opening"));
        }
        node.options().disk().onTaken(entry.size());
        Proposal proposal = new Proposal(Bytes.toRatis(entry), System.nanoTime() + PROPOSAL_TIME_MAX.toNanos());
        proposals.add(proposal);
        CompletableFuture<ProposeOutcome> outcome = proposal.outcome;
        var _ = outcome.whenComplete((done, failure) -> proposals.remove(proposal));
        try {
            // Not through the server: it would hand over to another thread and block this one.
            var _ = ((RaftClientAsynchronousProtocol) running)
                    .submitClientRequestAsync(requestOf(proposal))
                    .whenComplete((reply, failure) -> outcome.complete(proposal.outcomeOf(reply, failure, fault)));
        } catch (IOException | RuntimeException e) {
            outcome.complete(proposal.outcomeOf(null, e, fault));
        }
        if (fault != null) {
            // Failed while this one was on its way in: whoever ended the others may have missed it.
            failProposals("out of service");
        }
        return outcome;
    }

    private RaftClientRequest requestOf(Proposal proposal) {
        return RaftClientRequest.newBuilder()
                .setClientId(node.clientId())
                .setServerId(node.server().getId())
                .setGroupId(Positions.toRatis(group))
                .setCallId(node.nextCallId())
                .setMessage(proposal)
                .setType(RaftClientRequest.writeRequestType())
                .build();
    }

    @Override
    public List<NodeId> votersInNeedOfRoom() {
        Leadership current = leadershipOrNull();
        RaftServer.Division running = division;
        return current == null || running == null ? List.of() : current.disks().inNeedOfRoom(running.getRaftConf());
    }

    @Override
    public CompletableFuture<BarrierOutcome> readBarrier() {
        RaftServer.Division running = division;
        if (running == null || !leads()) {
            return CompletableFuture.completedFuture(new BarrierOutcome.NotLeader(leaderOrNull()));
        }
        Leadership current = leadershipOrNull();
        return current != null ? current.passBarrier() : CompletableFuture.completedFuture(alone(running));
    }

    @Override
    public boolean leads() {
        RaftServer.Division running = division;
        return running != null && fault == null && running.getInfo().isLeaderReady();
    }

    /** Without followers there are no senders; whoever is a majority by himself leads as long as he believes so. */
    private BarrierOutcome alone(RaftServer.Division running) {
        RaftConfiguration configuration = running.getRaftConf();
        boolean majority = Majority.of(configuration, running.getId()::equals);
        return majority && running.getInfo().isLeaderReady() ? new BarrierOutcome.Passed() : notLeader();
    }

    private BarrierOutcome notLeader() {
        NodeId leader = leaderOrNull();
        return new BarrierOutcome.NotLeader(node.options().node().equals(leader) ? null : leader);
    }

    private @Nullable NodeId leaderOrNull() {
        RaftServer.Division running = division;
        return running == null
                ? null
                : Positions.fromRatisOrNull(running.getInfo().getLeaderId());
    }

    @Nullable
    Leadership leadershipOrNull() {
        return node.leaderships().currentOrNull(Positions.toRatis(group));
    }

    @Override
    public ReplicaStatus status() {
        RaftServer.Division running = division;
        StateMachineAdapter opened = adapter;
        long appliedIndex = opened == null ? -1 : opened.appliedIndex();
        String out = fault;
        if (running == null || out != null || !running.getInfo().isAlive()) {
            String why = out != null ? out : running == null ? "opening" : "stopped";
            return new ReplicaStatus(
                    ReplicaStatus.Role.DOWN, 0, null, false, -1, appliedIndex, Map.of(), Long.MAX_VALUE, false, why);
        }
        DivisionInfo info = running.getInfo();
        ReplicaStatus.Role role = roleIn(running, info);
        boolean leads = role == ReplicaStatus.Role.LEADER;
        Leadership leadership = leads ? leadershipOrNull() : null;
        boolean ready = leads && info.isLeaderReady();
        return new ReplicaStatus(
                role,
                info.getCurrentTerm(),
                Positions.fromRatisOrNull(info.getLeaderId()),
                ready,
                running.getRaftLog().getLastCommittedIndex(),
                appliedIndex,
                leadership == null ? Map.of() : leadership.matchIndexes(),
                leads ? 0 : contact.ageNanos(System.nanoTime(), appliedIndex),
                ready && leaseHolds(running, leadership),
                null);
    }

    private boolean leaseHolds(RaftServer.Division running, @Nullable Leadership leadership) {
        return leadership != null ? leadership.leaseHolds() : alone(running) instanceof BarrierOutcome.Passed;
    }

    private static ReplicaStatus.Role roleIn(RaftServer.Division running, DivisionInfo info) {
        return switch (info.getCurrentRole()) {
            case LEADER -> ReplicaStatus.Role.LEADER;
            case CANDIDATE -> ReplicaStatus.Role.CANDIDATE;
            case LISTENER -> ReplicaStatus.Role.LEARNER;
            // One that joins is a follower to Ratis until it learns who the voters are.
            case FOLLOWER ->
                running.getRaftConf().getPeer(running.getId()) != null
                        ? ReplicaStatus.Role.FOLLOWER
                        : ReplicaStatus.Role.LEARNER;
            case UNRECOGNIZED -> throw new IllegalStateException("a role that Ratis does not know");
        };
    }

    @Override
    public CompletableFuture<Void> awaitApplied(long index, Duration timeout) {
        CompletableFuture<Void> done = appliedWaits.add(index);
        StateMachineAdapter opened = adapter;
        if (opened != null) {
            appliedWaits.onProgress(opened.appliedIndex());
        }
        return done.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public CompletableFuture<Void> awaitReplicatedToAll(long index, Duration timeout) {
        RaftServer.Division running = division;
        if (running == null || fault != null || !running.getInfo().isLeaderReady()) {
            return CompletableFuture.failedFuture(new IllegalStateException("this replica does not lead"));
        }
        Leadership leadership = leadershipOrNull();
        CompletableFuture<Void> done =
                leadership == null ? awaitApplied(index, timeout) : leadership.replicatedToAll(index);
        return done.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public CompletableFuture<Boolean> transferLeadership(NodeId target, Duration timeout) {
        if (division == null || fault != null) {
            return CompletableFuture.completedFuture(false);
        }
        Leadership leadership = leadershipOrNull();
        if (leadership != null && !leadership.handsOverTo(Positions.toRatis(target))) {
            return CompletableFuture.completedFuture(false);
        }
        return node.requests().transferLeadership(group, target, timeout);
    }

    @Override
    public CompletableFuture<Void> takeSnapshot() {
        if (division == null || fault != null) {
            return CompletableFuture.failedFuture(new IllegalStateException("out of service: " + fault));
        }
        return node.requests().takeSnapshot(group);
    }

    @Override
    public List<Member> members() {
        RaftServer.Division running = division;
        return running == null
                ? List.of()
                : running.getRaftConf().getAllPeers().stream()
                        .map(Positions::fromRatis)
                        .toList();
    }

    Membership membership() {
        RaftServer.Division running = division;
        return running == null
                ? new Membership(List.of(), List.of())
                : CommittedMembership.membershipOf(running.getRaftConf());
    }

    Optional<CommittedMembership> committedMembership() {
        RaftServer.Division running = division;
        return running == null || fault != null ? Optional.empty() : CommittedMembership.of(running);
    }

    // What happens to it.

    void onLeaderContact(long leaderCommit) {
        StateMachineAdapter opened = adapter;
        if (opened != null) {
            contact.onHeard(System.nanoTime(), leaderCommit, opened.appliedIndex());
        }
    }

    @Override
    public void onApplied(long index) {
        appliedWaits.onProgress(index);
    }

    @Override
    public void onFault(String what, Throwable cause) {
        LOG.atError().addKeyValue("group", group).setCause(cause).log("replica out of service: {}", what);
        takeOutOfService(what + ": " + cause);
    }

    @Override
    public void onLeadershipChanged() {
        RaftServer.Division running = division;
        if (running == null) {
            return; // told when it serves
        }
        DivisionInfo info = running.getInfo();
        boolean alive = info.getLifeCycleState() != LifeCycle.State.CLOSED;
        news.publish(leaderOrNull(), info.getCurrentTerm(), alive && info.isLeaderReady());
    }

    @Override
    public void onLostLeadership() {
        node.leaderships().end(Positions.toRatis(group));
        RaftServer.Division running = division;
        if (running != null) {
            news.publish(null, running.getInfo().getCurrentTerm(), false);
        }
    }

    @Override
    public void onSnapshotTaken(long purgeable) throws IOException {
        // Ratis has renamed and deleted segments since; it fsyncs files but no directories.
        Directories.fsync(node.directories().currentLogOf(group));
        OwnSnapshots.letGo(division, purgeable);
    }
}

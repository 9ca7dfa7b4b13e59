package io.titankv.multiraft.host;

import com.google.protobuf.ByteString;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ReplicatedStateMachine} as Ratis sees it. The only class that extends Ratis' state machine.
 *
 * <p>Applies at once, in order, and never twice: entries at or below the position of the opened state are passed over, although
 * Ratis replays from its last snapshot. What the state machine throws stops this group's replica and nothing else: from then on entries
 * pass it by, nothing is acknowledged, and the replica closes. It is not thrown on to Ratis, whose updater would spin for ever if
 * the division is being closed at that moment (StateMachineUpdater.run: a failed updater never meets its stop index).
 *
 * <p>Its snapshot is no file of Ratis' but a position up to which the state machine says that its own state is durable.
 *
 * <p>Apply, snapshots and reloads run on the group's updater thread. {@link #applied} may be read by any thread.
 */
final class StateMachineAdapter extends BaseStateMachine {
    /** What the replica wants to know. */
    interface Events {
        void onApplied(long index);

        void onFault(String what, Throwable cause);

        void onLeadershipChanged();

        void onLostLeadership();

        /**
         * The state is durable.
         *
         * @param purgeable up to here the log may be let go; {@link RaftLog#INVALID_LOG_INDEX} when all of it has to stay
         */
        void onSnapshotTaken(long purgeable) throws IOException;
    }

    private final ReplicatedStateMachine inner;
    private final Events events;
    private final NodeLife life;
    private final RaftMeters meters;
    private final DurablePosition durable;
    private final LogTail tail;
    private final SnapshotStaging staging;

    /** The last entry whose effect is in the state, or that had none. Written by the updater thread. */
    private volatile LogPosition applied;

    private volatile boolean removed;
    private boolean failed;
    private boolean closed;

    StateMachineAdapter(
            ReplicatedStateMachine inner,
            LogPosition opened,
            DurablePosition durable,
            LogTail tail,
            Events events,
            NodeLife life,
            Clock clock,
            RaftMeters meters) {
        this.inner = inner;
        this.events = events;
        this.life = life;
        this.meters = meters;
        staging = new SnapshotStaging(inner, events, life, clock.workers());
        this.durable = durable;
        this.tail = tail;
        applied = opened;
        setLastAppliedTermIndex(durable.termIndex());
    }

    long appliedIndex() {
        return applied.index();
    }

    SnapshotStaging staging() {
        return staging;
    }

    /** From here on the state machine is not closed but destroyed, by whoever removes the replica. */
    void markRemoved() {
        removed = true;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage) throws IOException {
        super.initialize(server, group, storage);
        getLifeCycle().transition(LifeCycle.State.STARTING);
        getLifeCycle().transition(LifeCycle.State.RUNNING);
    }

    // Entries.

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) {
        return TransactionContext.newBuilder()
                .setStateMachine(this)
                .setClientRequest(request)
                .build();
    }

    /** Called right before the entry goes into the leader's log, under its lock; after this nothing turns it away. */
    @Override
    public TransactionContext preAppendTransaction(TransactionContext transaction) {
        RaftClientRequest request = transaction.getClientRequest();
        if (request != null && request.getMessage() instanceof Proposal proposal) {
            proposal.markAppending();
        }
        return transaction;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        LogPosition position = new LogPosition(entry.getTerm(), entry.getIndex());
        RaftClientRequest request = transaction.getClientRequest();
        long began = System.nanoTime();
        if (request != null && request.getMessage() instanceof Proposal proposal) {
            meters.onCommitted(began - proposal.madeNanos);
        }
        ByteString data = Bytes.fromRatis(entry.getStateMachineLogEntry().getLogData());
        Message result = apply(position, data);
        tail.add(position.index(), data.size());
        meters.onApplied(System.nanoTime() - began);
        updateLastAppliedTermIndex(position.term(), position.index());
        return CompletableFuture.completedFuture(result);
    }

    /** @return a {@link Proposal.Result}; {@link Message#EMPTY}, which acknowledges nothing, when it was not applied here */
    private synchronized Message apply(LogPosition position, ByteString entry) {
        if (failed || life.isKilled() || position.index() <= applied.index()) {
            return Message.EMPTY;
        }
        try {
            ByteString result = inner.apply(position, entry);
            advance(position);
            return new Proposal.Result(position, result);
        } catch (RuntimeException | Error e) {
            fail("apply of " + position, e);
            return Message.EMPTY;
        }
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        skip(new LogPosition(term, index));
        tail.add(index, 0);
        super.notifyTermIndexUpdated(term, index);
    }

    private synchronized void skip(LogPosition position) {
        if (failed || life.isKilled() || position.index() <= applied.index()) {
            return;
        }
        try {
            inner.skipped(position);
            advance(position);
        } catch (RuntimeException | Error e) {
            fail("passing over " + position, e);
        }
    }

    private void advance(LogPosition position) {
        applied = position;
        events.onApplied(position.index());
    }

    private void fail(String what, Throwable cause) {
        failed = true;
        events.onFault(what, cause);
    }

    // Snapshots.

    /**
     * Makes the state durable and lets go of the log.
     *
     * @return no index: Ratis would let go of the log up to there, and fails when it is not above that of the snapshot with which the
     *     replica was opened
     */
    @Override
    public synchronized long takeSnapshot() {
        if (failed || life.isKilled()) {
            return RaftLog.INVALID_LOG_INDEX;
        }
        try {
            durable.advanceTo(inner.makeDurable());
            events.onSnapshotTaken(tail.purgeable(durable.index()));
        } catch (IOException | RuntimeException | Error e) {
            fail("making the state durable", e);
        }
        return RaftLog.INVALID_LOG_INDEX;
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return durable;
    }

    /** Under the division's lock: only hands over. The answer is always given later, by another thread. */
    @Override
    public CompletableFuture<TermIndex> notifyInstallSnapshotFromLeader(RoleInfoProto role, TermIndex firstInLog) {
        NodeId leader = Positions.fromRatis(RaftPeerId.valueOf(
                role.getFollowerInfo().getLeaderInfo().getId().getId()));
        return staging.begin(leader, Positions.fromRatis(firstInLog));
    }

    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    @Override
    public synchronized void reinitialize() {
        if (!failed && !life.isKilled()) {
            try {
                LogPosition opened = inner.open();
                applied = opened;
                durable.set(opened);
                tail.restart(opened.index());
                setLastAppliedTermIndex(Positions.toRatis(opened));
                events.onApplied(opened.index());
            } catch (RuntimeException | Error e) {
                // The updater goes on from the position of the newest snapshot to where it stops: it must be told the
                // installed one.
                durable.set(staging.staged());
                fail("opening the installed snapshot", e);
            }
        }
        getLifeCycle().transition(LifeCycle.State.STARTING);
        getLifeCycle().transition(LifeCycle.State.RUNNING);
    }

    // Events.

    /** Installed, or there was nothing to install: the leader's entries are taken again. */
    @Override
    public void notifySnapshotInstalled(InstallSnapshotResult result, long index, RaftPeer peer) {
        staging.end();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        events.onLeadershipChanged();
    }

    @Override
    public void notifyLeaderReady() {
        events.onLeadershipChanged();
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.onLostLeadership();
    }

    @Override
    public void notifyExtendedNoLeader(RoleInfoProto role) {
        events.onLeadershipChanged();
    }

    /** The log cannot be written any more: Ratis has closed it for good. */
    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failed) {
        events.onFault("writing the Raft log", cause);
    }

    @Override
    public synchronized void close() {
        if (closed || removed || life.isKilled()) {
            return;
        }
        closed = true;
        inner.close();
    }

    /** As close, for a node that is killed: flushes nothing. */
    synchronized void abandon() {
        if (!closed && !removed) {
            closed = true;
            inner.abandon();
        }
    }
}

package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.BarrierOutcome;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.ProposeOutcome;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.host.ReplicaStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A replica whose every answer the test gives. */
final class SimReplica implements Replica {
    static final NodeId LEADER = new NodeId("n2");

    record Proposal(ByteString entry, CompletableFuture<ProposeOutcome> outcome) {}

    final List<Proposal> proposals = new CopyOnWriteArrayList<>();
    final List<CompletableFuture<BarrierOutcome>> barriers = new ArrayList<>();

    /** Whether readers who come while one waits wait for the same round. */
    boolean sharesRounds;

    final List<CompletableFuture<Void>> applying = new ArrayList<>();

    @Nullable
    Function<ByteString, CompletableFuture<ProposeOutcome>> proposing;

    volatile ReplicaStatus status = leader(true);
    int entryBytesMax = 10_000;
    volatile List<NodeId> votersInNeedOfRoom = List.of();

    static ReplicaStatus leader(boolean leaseValid) {
        return new ReplicaStatus(
                ReplicaStatus.Role.LEADER, 1, new NodeId("n1"), true, 10, 10, Map.of(), 0, leaseValid, null);
    }

    static ReplicaStatus follower(Duration silent, long commitIndex, long appliedIndex) {
        return new ReplicaStatus(
                ReplicaStatus.Role.FOLLOWER,
                1,
                LEADER,
                false,
                commitIndex,
                appliedIndex,
                Map.of(),
                silent.toNanos(),
                false,
                null);
    }

    @Override
    public GroupId group() {
        return ShardFixture.GROUP;
    }

    @Override
    public CompletableFuture<ProposeOutcome> propose(ByteString entry) {
        Invariants.check(!entry.isEmpty() && entry.size() <= entryBytesMax, "entries have a legal size");
        Proposal proposal = new Proposal(entry, proposing == null ? new CompletableFuture<>() : proposing.apply(entry));
        proposals.add(proposal);
        return proposal.outcome();
    }

    @Override
    public CompletableFuture<BarrierOutcome> readBarrier() {
        if (sharesRounds && !barriers.isEmpty() && !barriers.getLast().isDone()) {
            return barriers.getLast();
        }
        CompletableFuture<BarrierOutcome> barrier = new CompletableFuture<>();
        barriers.add(barrier);
        return barrier;
    }

    @Override
    public ReplicaStatus status() {
        return status;
    }

    @Override
    public CompletableFuture<Void> awaitApplied(long index, Duration timeout) {
        CompletableFuture<Void> applied = new CompletableFuture<>();
        applying.add(applied);
        return applied;
    }

    @Override
    public CompletableFuture<Void> awaitReplicatedToAll(long index, Duration timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Boolean> transferLeadership(NodeId target, Duration timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> takeSnapshot() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Member> members() {
        return List.of();
    }

    @Override
    public List<NodeId> votersInNeedOfRoom() {
        return votersInNeedOfRoom;
    }

    @Override
    public int entryBytesMax() {
        return entryBytesMax;
    }
}

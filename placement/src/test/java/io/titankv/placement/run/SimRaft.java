package io.titankv.placement.run;

import com.google.protobuf.ByteString;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.BarrierOutcome;
import io.titankv.multiraft.host.CommittedMembership;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.Membership;
import io.titankv.multiraft.host.ProposeOutcome;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.host.ReplicaStatus;
import io.titankv.multiraft.host.ReplicatedStateMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The placement group on a log in memory, which survives its nodes. Elections are called by the test. One thread. */
final class SimRaft {
    private final List<Entry> log = new ArrayList<>();
    private final Map<NodeId, SimReplica> up = new TreeMap<>();
    private List<Member> members = List.of();
    private List<Member> learners = List.of();
    private long membersIndex;
    private long term;
    private @Nullable NodeId leader;

    private record Entry(LogPosition position, ByteString bytes) {}

    /** Makes a node's replica, or starts the one it had. */
    Replica open(NodeId node, List<Member> all, ReplicatedStateMachine machine) {
        if (members.isEmpty()) {
            members = all;
        } else if (!all.isEmpty() && !members.equals(all)) {
            throw new IllegalStateException("placement is created with " + all + " and with " + members);
        }
        SimReplica replica = new SimReplica(node, machine);
        LogPosition position = machine.open();
        replica.applied = position.index();
        up.put(node, replica);
        replica.catchUp();
        return replica;
    }

    void stop(NodeId node) {
        up.remove(node);
        if (node.equals(leader)) {
            leader = null;
        }
    }

    /** Elects the first node that is up, if nobody leads and a majority is up. */
    void electIfNeeded() {
        if (leader == null && hasMajority()) {
            elect(up.keySet().stream().filter(this::isVoter).findFirst().orElseThrow());
        }
    }

    void elect(NodeId node) {
        term++;
        leader = node;
        log.add(new Entry(new LogPosition(term, log.size()), ByteString.EMPTY));
        up.values().forEach(SimReplica::catchUp);
        up.values().forEach(replica -> replica.machine.onLeadership(node, term, replica.node.equals(node)));
    }

    @Nullable
    NodeId leader() {
        return leader;
    }

    /** Snapshots every replica, so that the next start begins there. */
    void snapshot() {
        up.values().forEach(replica -> replica.machine.makeDurable());
    }

    private boolean hasMajority() {
        return !members.isEmpty() && up.keySet().stream().filter(this::isVoter).count() * 2 > members.size();
    }

    private boolean isVoter(NodeId node) {
        return members.stream().anyMatch(member -> member.node().equals(node));
    }

    /** Changes the members, if they are those expected. */
    boolean change(NodeId asked, Membership expected, Membership wanted) {
        if (!asked.equals(leader)
                || !hasMajority()
                || !SimShard.ids(members).equals(SimShard.ids(expected.voters()))
                || !SimShard.ids(learners).equals(SimShard.ids(expected.learners()))) {
            return false;
        }
        members = List.copyOf(wanted.voters());
        learners = List.copyOf(wanted.learners());
        membersIndex = log.size();
        log.add(new Entry(new LogPosition(term, log.size()), ByteString.EMPTY));
        up.values().forEach(SimReplica::catchUp);
        if (!isVoter(asked)) {
            leader = null;
        }
        return true;
    }

    Optional<CommittedMembership> membership(NodeId node) {
        return node.equals(leader)
                ? Optional.of(new CommittedMembership(new Membership(members, learners), membersIndex))
                : Optional.empty();
    }

    /** Hands leadership over to a voter that is up. */
    boolean transfer(NodeId from, NodeId to) {
        if (!from.equals(leader) || !isVoter(to) || !up.containsKey(to)) {
            return false;
        }
        elect(to);
        return true;
    }

    private final class SimReplica implements Replica {
        private final NodeId node;
        private final ReplicatedStateMachine machine;
        private long applied;

        SimReplica(NodeId node, ReplicatedStateMachine machine) {
            this.node = node;
            this.machine = machine;
        }

        void catchUp() {
            while (applied + 1 < log.size()) {
                applied++;
                Entry entry = log.get((int) applied);
                if (entry.bytes.isEmpty()) {
                    machine.skipped(entry.position);
                } else {
                    lastResult = machine.apply(entry.position, entry.bytes);
                }
            }
        }

        private ByteString lastResult = ByteString.EMPTY;

        @Override
        public boolean leads() {
            return node.equals(leader) && this.equals(up.get(node));
        }

        @Override
        public GroupId group() {
            return GroupId.PLACEMENT;
        }

        @Override
        public CompletableFuture<ProposeOutcome> propose(ByteString entry) {
            if (!leads()) {
                return CompletableFuture.completedFuture(new ProposeOutcome.NotLeader(leader));
            }
            if (!hasMajority()) {
                return CompletableFuture.completedFuture(new ProposeOutcome.Undetermined("no majority"));
            }
            LogPosition position = new LogPosition(term, log.size());
            log.add(new Entry(position, entry));
            up.values().forEach(SimReplica::catchUp);
            return CompletableFuture.completedFuture(new ProposeOutcome.Applied(position, lastResult));
        }

        @Override
        public CompletableFuture<BarrierOutcome> readBarrier() {
            return CompletableFuture.completedFuture(
                    !leads()
                            ? new BarrierOutcome.NotLeader(leader)
                            : hasMajority() ? new BarrierOutcome.Passed() : new BarrierOutcome.TimedOut());
        }

        @Override
        public ReplicaStatus status() {
            return new ReplicaStatus(
                    leads() ? ReplicaStatus.Role.LEADER : ReplicaStatus.Role.FOLLOWER,
                    term,
                    leader,
                    true,
                    log.size() - 1L,
                    applied,
                    Map.of(),
                    0,
                    false,
                    null);
        }

        @Override
        public CompletableFuture<Void> awaitApplied(long index, Duration timeout) {
            throw new UnsupportedOperationException("not used by placement");
        }

        @Override
        public CompletableFuture<Void> awaitReplicatedToAll(long index, Duration timeout) {
            throw new UnsupportedOperationException("not used by placement");
        }

        @Override
        public CompletableFuture<Boolean> transferLeadership(NodeId target, Duration timeout) {
            throw new UnsupportedOperationException("not used by placement");
        }

        @Override
        public CompletableFuture<Void> takeSnapshot() {
            throw new UnsupportedOperationException("not used by placement");
        }

        @Override
        public List<Member> members() {
            return members;
        }

        @Override
        public List<NodeId> votersInNeedOfRoom() {
            return List.of();
        }

        @Override
        public int entryBytesMax() {
            return 2 << 20;
        }
    }
}

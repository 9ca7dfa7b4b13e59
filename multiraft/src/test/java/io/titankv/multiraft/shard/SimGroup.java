package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import io.titankv.model.LogPosition;
import io.titankv.multiraft.host.ProposeOutcome;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * Three replicas of a shard on a simulated Raft log, one thread, every step drawn from a seed: entries are committed late, lost
 * with their leader or saved by the next one, replicas lag, lose power and start again, clocks differ and go back.
 */
final class SimGroup {
    private record Logged(LogPosition position, ByteString entry) {}

    private record Pending(ByteString entry, CompletableFuture<ProposeOutcome> outcome) {}

    /** One node. */
    final class Node {
        final SimStore.Disk disk = new SimStore.Disk();
        final SimReplica replica = new SimReplica();
        SimStore store = disk.store(Path.of("sim"));
        ShardStateMachine machine;
        Proposer proposer;
        long clockMillis = 1_000_000 + (long) random.nextInt(60_000);

        Node() {
            store.close();
            replica.proposing = entry -> propose(this, entry);
            machine = newMachine();
            proposer = newProposer();
            machine.open();
        }

        void restart() {
            proposer.close();
            machine = newMachine();
            proposer = newProposer();
            machine.open();
        }

        private ShardStateMachine newMachine() {
            return new ShardStateMachine(
                    ShardFixture.GROUP,
                    ShardFixture.generations(),
                    path -> {
                        store = disk.store(path);
                        return store;
                    },
                    request -> CompletableFuture.failedFuture(new IllegalStateException("no peers")),
                    (group, what) -> {
                        throw new AssertionError(what);
                    },
                    () -> {},
                    () -> {});
        }

        private Proposer newProposer() {
            return new Proposer(
                    replica,
                    new HybridClock(() -> Instant.ofEpochMilli(clockMillis)),
                    time,
                    time,
                    new ProposerOptions(1000, 1_000_000, 3, 100_000, 3, 1_000_000, 4),
                    new ShardCounters());
        }

        /** Everything of the log that is not applied here yet; the results for those who wait. */
        ByteString applyTo(int length) {
            ByteString last = ByteString.EMPTY;
            for (Logged logged : committed.subList((int) appliedIndex() + 1, length)) {
                last = machine.apply(logged.position(), logged.entry());
            }
            return last;
        }

        private long appliedIndex() {
            return store.applied().index();
        }
    }

    final Random random;
    final ManualTime time = new ManualTime();
    final List<Node> nodes = new ArrayList<>();
    private final List<Logged> committed = new ArrayList<>();
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    Node leader;
    private long term = 1;
    int leadersLost;
    int powerLost;

    SimGroup(Random random) {
        this.random = random;
        for (int i = 0; i < 3; i++) {
            nodes.add(new Node());
        }
        leader = nodes.getFirst();
    }

    private CompletableFuture<ProposeOutcome> propose(Node at, ByteString entry) {
        if (at != leader) {
            return CompletableFuture.completedFuture(new ProposeOutcome.NotLeader(null));
        }
        Pending proposal = new Pending(entry, new CompletableFuture<>());
        pending.add(proposal);
        return proposal.outcome();
    }

    /** One event, and all that follows from it at once. */
    void step(boolean faults) {
        int die = random.nextInt(100);
        if (die < 70 || !faults) {
            commitNext();
        } else if (die < 85) {
            Node node = nodes.get(random.nextInt(3));
            node.applyTo(random.nextInt(
                    node.store.applied().index() < 0
                            ? 0
                            : (int) node.store.applied().index() + 1,
                    committed.size() + 1));
        } else if (die < 90) {
            loseLeader();
        } else if (die < 95) {
            losePower(nodes.get(random.nextInt(3)));
        } else {
            nodes.forEach(node -> node.clockMillis += random.nextInt(-5000, 5000));
        }
        time.advance(EntryPace.PATIENCE_MAX);
    }

    private void commitNext() {
        Pending next = pending.poll();
        if (next == null) {
            return;
        }
        LogPosition position = append(next.entry());
        ByteString result = leader.applyTo(committed.size());
        // The answer may be lost on its way although the entry stands.
        next.outcome()
                .complete(
                        random.nextInt(10) == 0
                                ? new ProposeOutcome.Undetermined("the answer was lost")
                                : new ProposeOutcome.Applied(position, result));
    }

    private LogPosition append(ByteString entry) {
        LogPosition position = new LogPosition(term, committed.size());
        committed.add(new Logged(position, entry));
        return position;
    }

    /** A prefix of what was under way survives; the rest never happened; nobody is told which. */
    private void loseLeader() {
        leadersLost++;
        List<Pending> lost = List.copyOf(pending);
        pending.clear();
        int saved = random.nextInt(lost.size() + 1);
        lost.subList(0, saved).forEach(proposal -> append(proposal.entry()));
        term++;
        leader = nodes.get(random.nextInt(3));
        leader.applyTo(committed.size());
        lost.forEach(proposal -> proposal.outcome().complete(new ProposeOutcome.Undetermined("the leader was lost")));
    }

    private void losePower(Node node) {
        powerLost++;
        if (node == leader) {
            loseLeader();
            if (node == leader) {
                return;
            }
        }
        node.disk.crashKeeping(random.nextInt(node.disk.syncedBatches, node.disk.batches.size() + 1));
        node.restart();
        if (random.nextBoolean()) {
            node.machine.makeDurable();
        }
    }

    /** Until nothing is under way and all replicas are level. */
    void settle() {
        time.advance(EntryPace.PATIENCE_MAX);
        while (!pending.isEmpty()) {
            step(false);
        }
        nodes.forEach(node -> node.applyTo(committed.size()));
    }
}

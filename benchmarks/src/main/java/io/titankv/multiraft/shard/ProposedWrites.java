package io.titankv.multiraft.shard;

import com.google.common.base.Ticker;
import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.BarrierOutcome;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.ProposeOutcome;
import io.titankv.multiraft.host.Replica;
import io.titankv.multiraft.host.ReplicaStatus;
import io.titankv.proto.durable.v1.ShardResult;
import io.titankv.proto.durable.v1.WriteResult;
import io.titankv.proto.durable.v1.WriteResults;
import io.titankv.proto.durable.v1.WrittenResult;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The proposer alone: writes come together, are gathered into entries, and are answered, by a group that has every entry committed and
 * applied at once. Nobody waits: where the proposer would, its time goes on. Figures are of all the writes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ProposedWrites {
    private static final int KEYS = 4_096;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Writes that come together. */
    @Param({"1", "64"})
    public int writes;

    /** Bytes of a value. */
    @Param({"100", "1024"})
    public int valueBytes;

    private final ShardWrite[] given = new ShardWrite[KEYS];
    private final List<CompletableFuture<WriteOutcome>> outcomes = new ArrayList<>();
    private final SteppedTime time = new SteppedTime();
    private Answering group = new Answering(0);
    private Proposer proposer = proposer();
    private int next;

    /** Makes what is written. */
    @Setup(Level.Trial)
    public void make() {
        ByteString value = ByteString.copyFrom(new byte[valueBytes]);
        for (int i = 0; i < KEYS; i++) {
            given[i] = new ShardWrite(
                    Key.of("perf-" + i),
                    new ShardWrite.Action.Put(value),
                    new ShardWrite.Condition.Always(),
                    null,
                    new Epoch(1));
        }
        group = new Answering(writes);
        proposer = proposer();
    }

    private Proposer proposer() {
        return new Proposer(
                group,
                new HybridClock(InstantSource.system()),
                time,
                time,
                ProposerOptions.defaults(),
                new ShardCounters());
    }

    /** So many writes, and their answers; returns the last. */
    @Benchmark
    public WriteOutcome proposeAll() {
        outcomes.clear();
        for (int i = 0; i < writes; i++) {
            group.unproposed++;
            next = (next + 1) % KEYS;
            outcomes.add(proposer.submit(given[next], TIMEOUT));
        }
        for (CompletableFuture<WriteOutcome> outcome : outcomes) {
            while (!outcome.isDone()) {
                if (!group.answerOldest()) {
                    time.step();
                }
            }
        }
        return outcomes.getLast().join();
    }

    /** Time that goes on only where something waits for it. */
    private static final class SteppedTime extends Ticker implements Timers {
        private record Due(long atNanos, Runnable task) {}

        private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::atNanos));
        private long nowNanos;

        @Override
        public long read() {
            return nowNanos;
        }

        @Override
        public void after(Duration delay, Runnable task) {
            due.add(new Due(nowNanos + delay.toNanos(), task));
        }

        void step() {
            Due earliest = due.remove();
            nowNanos = Math.max(nowNanos, earliest.atNanos);
            earliest.task.run();
        }
    }

    /** A group that answers in the order of its log, when it is told to. */
    private static final class Answering implements Replica {
        private final List<ByteString> results = new ArrayList<>();
        private final Deque<CompletableFuture<ProposeOutcome>> unanswered = new ArrayDeque<>();
        private final Deque<ByteString> answers = new ArrayDeque<>();
        /** Writes that are not in an entry yet: all go into the next. */
        private int unproposed;

        private long lastIndex;

        Answering(int writesMax) {
            WriteResults.Builder result = WriteResults.newBuilder();
            for (int count = 0; count <= writesMax; count++) {
                results.add(ShardResult.newBuilder().setWrite(result).build().toByteString());
                result.addResults(WriteResult.newBuilder()
                        .setWritten(WrittenResult.newBuilder().setVersion(1_000_000L + count)));
            }
        }

        @Override
        public CompletableFuture<ProposeOutcome> propose(ByteString entry) {
            CompletableFuture<ProposeOutcome> outcome = new CompletableFuture<>();
            unanswered.add(outcome);
            answers.add(results.get(unproposed));
            unproposed = 0;
            return outcome;
        }

        boolean answerOldest() {
            CompletableFuture<ProposeOutcome> oldest = unanswered.poll();
            return oldest != null
                    && oldest.complete(new ProposeOutcome.Applied(new LogPosition(1, ++lastIndex), answers.remove()));
        }

        @Override
        public List<NodeId> votersInNeedOfRoom() {
            throw unasked();
        }

        @Override
        public int entryBytesMax() {
            return 4 << 20;
        }

        @Override
        public GroupId group() {
            return new GroupId(1);
        }

        private static UnsupportedOperationException unasked() {
            return new UnsupportedOperationException("a proposer does not ask for this");
        }

        @Override
        public CompletableFuture<BarrierOutcome> readBarrier() {
            throw unasked();
        }

        @Override
        public ReplicaStatus status() {
            throw unasked();
        }

        @Override
        public CompletableFuture<Void> awaitApplied(long index, Duration timeout) {
            throw unasked();
        }

        @Override
        public CompletableFuture<Void> awaitReplicatedToAll(long index, Duration timeout) {
            throw unasked();
        }

        @Override
        public CompletableFuture<Boolean> transferLeadership(NodeId target, Duration timeout) {
            throw unasked();
        }

        @Override
        public CompletableFuture<Void> takeSnapshot() {
            throw unasked();
        }

        @Override
        public List<Member> members() {
            throw unasked();
        }
    }
}

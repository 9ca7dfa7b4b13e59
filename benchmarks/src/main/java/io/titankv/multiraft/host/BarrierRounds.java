package io.titankv.multiraft.host;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * The read barrier alone, of a leader with two followers that prove its leadership as soon as they are asked: readers come together, the
 * first begins a round, and the others share the next. Figures are of all the readers.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BarrierRounds {
    private static final List<String> VOTERS = List.of("n1", "n2", "n3");

    /** Readers that come together. */
    @Param({"1", "64"})
    public int readers;

    private final Deque<Runnable> asked = new ArrayDeque<>();
    private final List<CompletableFuture<BarrierOutcome>> outcomes = new ArrayList<>();
    private final ReadBarrier<String> barrier =
            new ReadBarrier<>("n1", BarrierRounds::isMajority, new RaftMeters(new SimpleMeterRegistry()));

    /** Puts the followers in place. */
    public BarrierRounds() {
        barrier.add(new Proving("n2"));
        barrier.add(new Proving("n3"));
    }

    private static boolean isMajority(Predicate<String> fulfils) {
        int count = 0;
        for (String voter : VOTERS) {
            count += fulfils.test(voter) ? 1 : 0;
        }
        return count > VOTERS.size() / 2;
    }

    /** So many readers pass; returns what the last was told. */
    @Benchmark
    public BarrierOutcome passAll() {
        outcomes.clear();
        for (int i = 0; i < readers; i++) {
            outcomes.add(barrier.pass());
        }
        while (!asked.isEmpty()) {
            asked.remove().run();
        }
        return outcomes.getLast().join();
    }

    /** A follower that answers when all readers have come. */
    private final class Proving implements ReadBarrier.Follower<String> {
        private final String name;
        private long nextCallId;

        Proving(String name) {
            this.name = name;
        }

        @Override
        public String voter() {
            return name;
        }

        @Override
        public long nextCallId() {
            return nextCallId++;
        }

        @Override
        public void ask(Runnable proven) {
            asked.add(proven);
        }
    }
}
